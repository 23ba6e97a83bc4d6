/** RFC 6455, section 11.8. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  isFinal: boolean;
  opcode: number;
  payload: Buffer;
}

/** The peer broke the protocol; `code` is the status of the close frame that says so (RFC 6455, section 7.4.1). */
export class WebSocketProtocolError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'WebSocketProtocolError';
    this.code = code;
  }
}

interface Header {
  isFinal: boolean;
  opcode: number;
  /** Of the header itself, mask included. */
  size: number;
  payloadSize: number;
}

/** Cuts a stream of bytes from a client into frames. Throws WebSocketProtocolError; after that it must not be used any more. */
export class FrameParser {
  readonly #maxPayload: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes without which there is no use in looking again. */
  #needed = 2;

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  push(chunk: Buffer): Frame[] {
    if (chunk.length === 0) return [];
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    const frames: Frame[] = [];
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    for (;;) {
      const header = headerOf(bytes, this.#maxPayload);
      this.#needed = typeof header === 'number' ? header : header.size + header.payloadSize;
      if (typeof header === 'number' || bytes.length < this.#needed) break;
      frames.push({ isFinal: header.isFinal, opcode: header.opcode, payload: unmasked(bytes, header) });
      bytes = bytes.subarray(this.#needed);
    }
    this.#chunks.length = 0;
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#size = bytes.length;
    return frames;
  }
}

/** The header at the start of the bytes, or how many bytes it takes to tell. */
function headerOf(bytes: Buffer, maxPayload: number): Header | number {
  if (bytes.length < 2) return 2;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const kind = first & 0x0f;
  const isFinal = (first & 0x80) !== 0;
  if ((first & 0x70) !== 0)
    throw new WebSocketProtocolError(1002, 'reserved bits are set and no extension was agreed on');
  if ((second & 0x80) === 0) throw new WebSocketProtocolError(1002, 'a frame of a client must be masked');
  const isControl = kind >= 8;
  if (isControl ? kind > opcode.pong : kind > opcode.binary)
    throw new WebSocketProtocolError(1002, `unknown opcode ${kind}`);
  const short = second & 0x7f;
  if (isControl && (short > 125 || !isFinal))
    throw new WebSocketProtocolError(1002, 'a control frame is long or in parts');
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extended) return 2 + extended;
  const payloadSize = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (payloadSize > maxPayload) throw new WebSocketProtocolError(1009, `a frame of ${payloadSize} bytes is too big`);
  return { isFinal, opcode: kind, size: 2 + extended + 4, payloadSize };
}

function unmasked(bytes: Buffer, { size, payloadSize }: Header): Buffer {
  const payload = Buffer.from(bytes.subarray(size, size + payloadSize));
  const mask = bytes.subarray(size - 4, size);
  const [a = 0, b = 0, c = 0, d = 0] = mask;
  const whole = payloadSize & ~3;
  for (let index = 0; index < whole; index += 4) {
    payload[index]! ^= a;
    payload[index + 1]! ^= b;
    payload[index + 2]! ^= c;
    payload[index + 3]! ^= d;
  }
  for (let index = whole; index < payloadSize; index += 1) payload[index]! ^= mask[index & 3]!;
  return payload;
}

/** The head of an unmasked frame, as a server sends it. */
export function frameHead(kind: number, payloadSize: number): Buffer {
  const first = 0x80 | kind;
  if (payloadSize < 126) return Buffer.from([first, payloadSize]);
  if (payloadSize < 65_536) return Buffer.from([first, 126, payloadSize >> 8, payloadSize & 0xff]);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(payloadSize), 2);
  return head;
}
