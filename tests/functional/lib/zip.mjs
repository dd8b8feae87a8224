// Archives for the tests: written (bombs too), and read.
import zlib from 'node:zlib';

const kTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc32 = (bytes) => {
  let c = 0xffffffff;
  for (const byte of bytes) c = kTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

// entries: [{name, bytes | deflated + size + crc, stored?}]; `size` and `crc` may lie.
export function zip(entries) {
  const bodies = [];
  const directory = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const method = entry.stored ? 0 : 8;
    const data = entry.deflated ?? (entry.stored ? Buffer.from(entry.bytes) : zlib.deflateRawSync(entry.bytes));
    const size = entry.size ?? entry.bytes.length;
    const crc = entry.crc ?? crc32(Buffer.from(entry.bytes ?? ''));
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    bodies.push(Buffer.from('PK\x03\x04'), common, name, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, name]));
    offset += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, central, end]);
}

// The entry's bytes, found by the central directory.
export function entryOf(archive, wanted) {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; --left) {
    const [method, packed] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const name = archive.toString('utf8', at + 46, at + 46 + lengths[0]);
    if (name === wanted) {
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const data = archive.subarray(start, start + packed);
      return method === 0 ? data : zlib.inflateRawSync(data);
    }
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return null;
}

// A document that unpacks to `size` zeros: 1 GiB of them pack into 1 MiB.
export function bomb(kind, size, lie = {}) {
  const zeros = zlib.deflateRawSync(Buffer.alloc(size));
  const inner = { name: kind === 'docx' ? 'word/document.xml' : 'content.xml', deflated: zeros, size, crc: 0, ...lie };
  if (kind === 'docx')
    return zip([{ name: '[Content_Types].xml', bytes: '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>' }, inner]);
  return zip([{ name: 'mimetype', bytes: `application/vnd.oasis.opendocument.${kind === 'odt' ? 'text' : 'spreadsheet'}`, stored: true }, inner]);
}
