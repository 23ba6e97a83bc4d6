/** Bytes of a header, and what the content of every entry is filled up to (POSIX.1-2017 pax, "ustar Interchange Format"). */
const block = 512;
/** Bytes; names and pax records of real archives have hundreds. */
const largestRecord = 1024 * 1024;

/**
 * The content of one regular file of a tar archive, as it comes: ustar, pax and the long names of GNU tar. No other entry
 * reaches the disk and no path of the archive decides where anything goes, so an archive cannot write outside. Throws when
 * the file is missing or no regular one, or the archive is damaged.
 */
export async function* tarMember(archive: AsyncIterable<Uint8Array>, member: string): AsyncGenerator<Buffer> {
  const bytes = reader(archive);
  let longName: string | undefined;
  let longSize: number | undefined;
  for (;;) {
    const header = await bytes.take(block);
    if (header === undefined || header.every((byte) => byte === 0))
      throw new Error(`The archive has no file ${member}`);
    const entry = entryOf(header);
    const size = longSize ?? entry.size;
    const padding = (block - (size % block)) % block;
    if (entry.type === 'x' || entry.type === 'L') {
      if (size > largestRecord) throw new Error('The archive is damaged: a record is too large');
      const text = ((await bytes.take(size)) ?? Buffer.alloc(0)).toString('utf8');
      await bytes.skip(padding);
      if (entry.type === 'L') longName = text.replace(/\0.*$/s, '');
      else {
        const records = paxRecords(text);
        longName = records.get('path') ?? longName;
        longSize = records.has('size') ? Number(records.get('size')) : longSize;
      }
      continue;
    }
    if ((longName ?? entry.name).replace(/^\.\//, '') === member) {
      if (entry.type !== '0') throw new Error(`${member} is no regular file in the archive`);
      yield* bytes.chunks(size);
      return;
    }
    await bytes.skip(size + padding);
    longName = undefined;
    longSize = undefined;
  }
}

interface Entry {
  name: string;
  size: number;
  /** `0` a regular file, `2` a link, `5` a folder, `x` pax records of the next entry, `L` its long name. */
  type: string;
}

function entryOf(header: Buffer): Entry {
  // Over all bytes, those of the sum itself counted as spaces.
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw new Error('The archive is damaged: the sum of a header is wrong');
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  const type = String.fromCharCode(header[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: octal(header, 124, 12),
    // NUL is how the archives before POSIX say it.
    type: type === '\0' ? '0' : type,
  };
}

function text(header: Buffer, at: number, length: number): string {
  return header.toString('utf8', at, at + length).replace(/\0.*$/s, '');
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error('The archive is damaged: a number is none');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** Records of `LENGTH KEY=VALUE\n`, the length being that of the record itself in bytes. */
function paxRecords(content: string): Map<string, string> {
  const records = new Map<string, string>();
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    const [, digits = '', key = ''] = /^(\d+) ([^=]+)=/.exec(rest.toString('utf8')) ?? [];
    const length = Number(digits);
    if (length === 0 || length > rest.length) throw new Error('The archive is damaged: a pax record is none');
    records.set(key, rest.toString('utf8', digits.length + key.length + 2, length - 1));
    rest = rest.subarray(length);
  }
  return records;
}

/** Reads a stream of chunks by numbers of bytes. */
function reader(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (done === true) return false;
    rest = rest.length === 0 ? Buffer.from(value) : Buffer.concat([rest, value]);
    return true;
  };
  const pieces = async function* (size: number): AsyncGenerator<Buffer> {
    let left = size;
    while (left > 0) {
      if (rest.length === 0 && !(await more())) throw new Error('The archive ends in the middle of a file');
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  };
  return {
    chunks: pieces,
    /** undefined at the end. */
    async take(size: number): Promise<Buffer | undefined> {
      while (rest.length < size) if (!(await more())) return undefined;
      const taken = rest.subarray(0, size);
      rest = rest.subarray(size);
      return taken;
    },
    async skip(size: number): Promise<void> {
      for await (const _ of pieces(size));
    },
  };
}
