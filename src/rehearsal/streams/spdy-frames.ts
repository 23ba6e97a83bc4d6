/** Types of control frames: SPDY/3.1 draft, section 2.6. */
export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Status codes of RST_STREAM. */
export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
} as const;

export const finFlag = 1;

export type SpdyFrame =
  | { kind: 'data'; stream: number; isFinal: boolean; payload: Buffer }
  | { kind: 'control'; type: number; flags: number; payload: Buffer };

const headSize = 8;
/** Far more than any client sends in one frame, and little enough to hold. */
const maxPayload = 4 * 1024 * 1024;

/** Cuts bytes into SPDY frames. `push` throws for what cannot be one. */
export class SpdyParser {
  #chunks: Buffer[] = [];
  #size = 0;
  #needed = headSize;

  push(chunk: Buffer): SpdyFrame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    const frames: SpdyFrame[] = [];
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    for (;;) {
      this.#needed = headSize;
      if (bytes.length < headSize) break;
      const payloadSize = bytes.readUInt32BE(4) & 0xff_ff_ff;
      if (payloadSize > maxPayload) throw new Error(`a SPDY frame of ${payloadSize} bytes is too big`);
      this.#needed = headSize + payloadSize;
      if (bytes.length < this.#needed) break;
      frames.push(frameOf(bytes.subarray(0, this.#needed)));
      bytes = bytes.subarray(this.#needed);
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#size = bytes.length;
    return frames;
  }
}

function frameOf(bytes: Buffer): SpdyFrame {
  const first = bytes.readUInt32BE(0);
  const flags = bytes.readUInt8(4);
  const payload = bytes.subarray(headSize);
  if ((first & 0x80_00_00_00) === 0) return { kind: 'data', stream: first, isFinal: (flags & finFlag) !== 0, payload };
  const version = (first >>> 16) & 0x7f_ff;
  if (version !== 3) throw new Error(`SPDY version ${version} is not spoken here`);
  return { kind: 'control', type: first & 0xff_ff, flags, payload };
}

export function dataHead(stream: number, size: number, isFinal = false): Buffer {
  const head = Buffer.alloc(headSize);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(size, 4);
  head[4] = isFinal ? finFlag : 0;
  return head;
}

/** A control frame whose payload is these numbers of 32 bits, then the bytes. */
export function controlFrame(
  type: number,
  flags: number,
  numbers: readonly number[],
  bytes: Buffer = Buffer.alloc(0),
): Buffer {
  const frame = Buffer.alloc(headSize + numbers.length * 4);
  frame.writeUInt32BE((0x80_03_00_00 | type) >>> 0, 0);
  frame.writeUInt32BE(numbers.length * 4 + bytes.length, 4);
  frame[4] = flags;
  for (const [index, value] of numbers.entries()) frame.writeUInt32BE(value, headSize + index * 4);
  return Buffer.concat([frame, bytes]);
}
