import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const endOfDirectory = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const directoryEntry = 0x02014b50;
const stored = 0;
const deflated = 8;

interface Entry {
  method: number;
  /** Compressed. */
  size: number;
  /** Of its local header. */
  offset: number;
}

/**
 * Hands the content of one file of a zip archive to `sink` (PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). Neither
 * encryption nor zip64, and its checksum is not looked at: the caller knows a better one. Throws when there is no such file.
 */
export async function zipMember(
  archive: string,
  member: string,
  sink: (content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const file = await open(archive);
  try {
    const entry = (await directoryOf(file)).get(member);
    if (entry === undefined) throw new Error(`${archive} has no ${member}`);
    const local = await read(file, entry.offset, 30);
    // The extra field of the local header may differ in length from the directory's.
    const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    const raw = file.createReadStream({ start, end: start + entry.size - 1, autoClose: false });
    if (entry.method === stored) await pipeline(raw, sink);
    else if (entry.method === deflated) await pipeline(raw, createInflateRaw(), sink);
    else throw new Error(`${member} is compressed by method ${entry.method}, which this reader does not know`);
  } finally {
    await file.close();
  }
}

async function directoryOf(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat();
  // The record at the end has 22 bytes and a comment of at most 65535.
  const tail = await read(file, Math.max(0, size - 22 - 65_535), Math.min(size, 22 + 65_535));
  const end = tail.lastIndexOf(endOfDirectory);
  if (end < 0) throw new Error('This is not a zip archive');
  const directory = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let left = tail.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (directory.readUInt32LE(at) !== directoryEntry) throw new Error('The directory of the zip archive is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.set(directory.toString('utf8', at + 46, at + 46 + nameLength), {
      method: directory.readUInt16LE(at + 10),
      size: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('The zip archive ends too early');
  return buffer;
}
