// Bytes on the wire, as no browser would send them.
import net from 'node:net';
import tls from 'node:tls';

export function connect(desk) {
  const where = { host: '127.0.0.1', port: desk.port, rejectUnauthorized: false };
  return desk.options.tls ? tls.connect(where) : net.connect(where);
}

// Sends the bytes, gives all that comes until the portal closes or an answer is whole: {status, head, body}.
export function raw(desk, bytes) {
  return new Promise((resolve) => {
    const socket = connect(desk);
    let answer = Buffer.alloc(0);
    const done = () => {
      socket.destroy();
      const all = answer.toString('latin1');
      const end = all.indexOf('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(all)?.[1] ?? 0), head: end < 0 ? all : all.slice(0, end), body: end < 0 ? '' : all.slice(end + 4) });
    };
    socket.on('data', (piece) => {
      answer = Buffer.concat([answer, piece]);
      const all = answer.toString('latin1');
      const end = all.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(all)?.[1];
      if (end >= 0 && length !== undefined && answer.length >= end + 4 + Number(length)) done();
    });
    socket.on('error', done);
    socket.on('close', done);
    socket.write(bytes);
  });
}

export const head = (desk, method, target, lines = [], length) =>
  [`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${desk.port}`, ...lines, ...(length === undefined ? [] : [`Content-Length: ${length}`]), '', ''].join('\r\n');
