/** The bytes are no protobuf message, or not one of the type that was expected. */
export class MalformedError extends Error {
  override name = 'MalformedError';
}

/** Wire types of protobuf ("Encoding", protobuf.dev); groups (3 and 4) are not used by Kubernetes. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

interface Named {
  name: string;
}

/** Reads one message of protobuf. Everything throws MalformedError rather than read beyond the end. */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  tag(): { number: number; wireType: number } {
    const tag = this.#varint();
    const number = Number(tag >> 3n);
    if (number < 1 || number > 0x1fffffff) throw new MalformedError(`proto: illegal tag ${number}`);
    return { number, wireType: Number(tag & 7n) };
  }

  bytes(): Buffer {
    const length = this.#varint();
    if (length > BigInt(this.#bytes.length - this.#at)) throw new MalformedError('unexpected EOF');
    const start = this.#at;
    this.#at += Number(length);
    return this.#bytes.subarray(start, this.#at);
  }

  text(): string {
    return this.bytes().toString();
  }

  /** Bytes of a field whose wire type has been read; refuses another one. */
  expect(wireType: number, field: Named): Buffer {
    check(wireType, wire.bytes, field);
    return this.bytes();
  }

  /** Signed, 64 bits. */
  integer(wireType: number, field: Named): bigint {
    check(wireType, wire.varint, field);
    return BigInt.asIntN(64, this.#varint());
  }

  double(wireType: number, field: Named): number {
    check(wireType, wire.fixed64, field);
    const value = this.#take(8).readDoubleLE(0);
    if (!Number.isFinite(value)) throw new MalformedError(`field ${field.name} is no number that JSON can hold`);
    return value;
  }

  skip(wireType: number): void {
    if (wireType === wire.varint) this.#varint();
    else if (wireType === wire.fixed64) this.#take(8);
    else if (wireType === wire.bytes) this.bytes();
    else if (wireType === wire.fixed32) this.#take(4);
    else throw new MalformedError(`proto: illegal wireType ${wireType}`);
  }

  /** All values of a field of bytes, from the start of the message, wherever the reader stands. */
  all(number: number): Buffer[] {
    const found: Buffer[] = [];
    const reader = new ProtobufReader(this.#bytes);
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      if (tag.number === number && tag.wireType === wire.bytes) found.push(reader.bytes());
      else reader.skip(tag.wireType);
    }
    return found;
  }

  /** The last value of an integer field of the message, wherever the reader stands. */
  numberAt(number: number): bigint | undefined {
    let found: bigint | undefined;
    const reader = new ProtobufReader(this.#bytes);
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      if (tag.number === number && tag.wireType === wire.varint) found = BigInt.asIntN(64, reader.#varint());
      else reader.skip(tag.wireType);
    }
    return found;
  }

  #varint(): bigint {
    let low = 0;
    for (let count = 0; count < 4; count += 1) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let count = 4; count < 10; count += 1) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedError('proto: integer overflow');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedError('unexpected EOF');
    this.#at += 1;
    return byte;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new MalformedError('unexpected EOF');
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}

function check(wireType: number, wanted: number, { name }: Named): void {
  if (wireType !== wanted) throw new MalformedError(`proto: wrong wireType = ${wireType} for field ${goName(name)}`);
}

/** The name of the field in Go, where it is the name in JSON with a capital; metadata is an embedded struct. */
function goName(name: string): string {
  return name === 'metadata' ? 'ObjectMeta' : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
