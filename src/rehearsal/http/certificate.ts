import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A key and its certificate in PEM, for a server on loopback. */
export interface LoopbackCertificate {
  key: string;
  certificate: string;
}

/**
 * A self-signed certificate (RFC 5280) for 127.0.0.1 and localhost, valid for a day. Node can read certificates and make keys,
 * but not write certificates; these few fields are all that Go's verification asks for.
 */
export function loopbackCertificate(now: number): LoopbackCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
  const name = sequence(set(sequence(identifier('2.5.4.3'), text(0x0c, 'rehearsal'))));
  const day = 24 * 3600 * 1000;
  const serial = randomBytes(15);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), serial])),
    ecdsaWithSha256,
    name,
    sequence(time(now - day), time(now + day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        // An authority of its own: clients are given this very certificate to trust.
        extension('2.5.29.19', sequence(Buffer.from([0x01, 0x01, 0xff])), true),
        extension('2.5.29.17', sequence(text(0x82, 'localhost'), encoded(0x87, Buffer.from([127, 0, 0, 1])))),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = new X509Certificate(sequence(body, ecdsaWithSha256, bits(signature)));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: certificate.toString() };
}

// Distinguished Encoding Rules: ITU-T X.690.

function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const sequence = (...parts: Buffer[]) => encoded(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => encoded(0x31, Buffer.concat(parts));
const tagged = (tag: number, content: Buffer) => encoded(tag, content);
const integer = (bytes: Buffer) => encoded(0x02, bytes);
const bits = (bytes: Buffer) => encoded(0x03, Buffer.concat([Buffer.from([0]), bytes]));
const text = (tag: number, content: string) => encoded(tag, Buffer.from(content));

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return text(0x18, digits);
}

function extension(id: string, content: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [Buffer.from([0x01, 0x01, 0xff])] : [];
  return sequence(identifier(id), ...critical, encoded(0x04, content));
}

/** The first two numbers share a byte; each other has seven bits a byte, the highest first. */
function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return encoded(0x06, Buffer.from([first * 40 + second, ...bytes]));
}
