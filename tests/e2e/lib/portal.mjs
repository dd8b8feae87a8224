// What a person has beside the browser: a mailbox and a telephone. Both are read from the portal's own folder.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

// The text of the newest mail to that address. A fresh demonstration still has thousands of mails to write: asked for until the
// postman has done them all.
export async function newestMail(page, baseUrl, data, address) {
  const folder = path.join(data, "courriels");
  for (const until = Date.now() + 180_000; Date.now() < until; ) {
    const health = await (await page.request.get(`${baseUrl}/healthz`)).json();
    if (health.mails_queued > 0 || !fs.existsSync(folder)) continue;
    const mails = fs.readdirSync(folder).filter((name) => name.endsWith(".eml"))
      .map((name) => path.join(folder, name)).map((file) => ({ file, at: fs.statSync(file).mtimeMs })).sort((a, b) => b.at - a.at);
    for (const { file } of mails.slice(0, 20)) {
      const text = fs.readFileSync(file, "utf8");
      if (text.toLowerCase().includes(address.toLowerCase())) return decoded(text);
    }
  }
  throw new Error(`no mail to ${address}`);
}

// Enough of MIME for our own mails: quoted-printable or base64 in one part.
function decoded(text) {
  const [head, ...rest] = text.split(/\r?\n\r?\n/);
  const body = rest.join("\n\n");
  if (/base64/i.test(head) || /Content-Transfer-Encoding: base64/i.test(body)) {
    const part = body.includes("Content-Transfer-Encoding") ? body.split(/\r?\n\r?\n/).slice(1).join("") : body;
    return Buffer.from(part.replace(/[^A-Za-z0-9+/=]/g, ""), "base64").toString("utf8");
  }
  return Buffer.from(body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
}

// The portal of a demonstration lives in its own time.
export function portalTime(data) {
  const config = fs.readFileSync(path.join(data, "beffroi-aides.toml"), "utf8");
  const said = (key) => Date.parse(config.match(new RegExp(`^${key} = "([^"]+)"`, "m"))?.[1]);
  const [now, since] = [said("demonstration_now"), said("demonstration_since")];
  return Number.isNaN(now) ? Date.now() : now + (Date.now() - since);
}

// The six digits that a telephone shows (RFC 6238) for a key written in base 32.
export function code(key, at) {
  const bits = [...key.replace(/\s/g, "").toUpperCase()].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = crypto.createHmac("sha1", secret).update(counter).digest();
  const offset = hash[19] & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
