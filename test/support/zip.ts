import { crc32, inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const stored = 0;
const deflated = 8;

/**
 * A reader for the files of a zip archive (PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16), since not every machine has an
 * `unzip`. Neither encryption nor zip64.
 */
export function readZip(archive: Buffer): (path: string) => Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new Error('This is not a zip archive.');

  const entries = new Map<string, { method: number; crc: number; size: number; offset: number }>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== directoryEntry) throw new Error('The directory of the zip archive is damaged.');
    const nameLength = archive.readUInt16LE(at + 28);
    entries.set(archive.toString('utf8', at + 46, at + 46 + nameLength), {
      method: archive.readUInt16LE(at + 10),
      crc: archive.readUInt32LE(at + 16),
      size: archive.readUInt32LE(at + 20),
      offset: archive.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }

  return (path) => {
    const entry = entries.get(path);
    if (entry === undefined) throw new Error(`The zip archive has no ${path}, only ${[...entries.keys()].join(', ')}.`);
    // The extra field of the local header may differ in length from the directory's.
    const { offset, size } = entry;
    const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
    const content = contentOf(entry.method, archive.subarray(start, start + size), path);
    if (crc32(content) !== entry.crc) throw new Error(`${path} is damaged in the zip archive.`);
    return content;
  };
}

function contentOf(method: number, raw: Buffer, path: string): Buffer {
  if (method === stored) return Buffer.from(raw);
  if (method === deflated) return inflateRawSync(raw);
  throw new Error(`${path} is compressed by method ${method}, which this reader does not know.`);
}
