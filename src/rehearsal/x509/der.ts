// Distinguished Encoding Rules: ITU-T X.690.

export function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

export const sequence = (...parts: Buffer[]) => encoded(0x30, Buffer.concat(parts));
export const set = (...parts: Buffer[]) => encoded(0x31, Buffer.concat(parts));
export const tagged = (tag: number, content: Buffer) => encoded(tag, content);
export const integer = (bytes: Buffer) => encoded(0x02, bytes);
export const bits = (bytes: Buffer) => encoded(0x03, Buffer.concat([Buffer.from([0]), bytes]));
export const text = (tag: number, content: string) => encoded(tag, Buffer.from(content));

export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return text(0x18, digits);
}

export function extension(id: string, content: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [Buffer.from([0x01, 0x01, 0xff])] : [];
  return sequence(identifier(id), ...critical, encoded(0x04, content));
}

/** The first two numbers share a byte; each other has seven bits a byte, the highest first. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return encoded(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** The first value in the bytes, the whole of it, and what follows it. */
export function decoded(bytes: Buffer): { tag: number; content: Buffer; whole: Buffer; rest: Buffer } {
  const [tag = 0, short = 0] = bytes;
  const size = short < 0x80 ? 0 : short & 0x7f;
  const start = 2 + size;
  const length = size === 0 ? short : bytes.readUIntBE(2, size);
  const end = start + length;
  if (size > 4 || end > bytes.length) throw new RangeError('a value is longer than the bytes that hold it');
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

/** The values in a sequence or a set. */
export function parts(content: Buffer): { tag: number; content: Buffer; whole: Buffer }[] {
  const found = [];
  for (let left = content; left.length > 0;) {
    const next = decoded(left);
    found.push(next);
    left = next.rest;
  }
  return found;
}

/** The text form (RFC 7468). */
export function pem(title: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${title}-----\n${lines.join('\n')}\n-----END ${title}-----\n`;
}
