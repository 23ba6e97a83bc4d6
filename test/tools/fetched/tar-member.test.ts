import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tarMember } from '../../../src/tools/fetched/tar-member.ts';
import { tarArchive, type TarEntry } from './tar-archive.ts';

async function read(archive: Buffer, member: string, chunkSize = archive.length): Promise<string> {
  const chunks = async function* () {
    for (let at = 0; at < archive.length; at += chunkSize) yield archive.subarray(at, at + chunkSize);
  };
  const found: Buffer[] = [];
  for await (const piece of tarMember(chunks(), member)) found.push(piece);
  return Buffer.concat(found).toString('latin1');
}

const release: TarEntry[] = [
  { name: 'linux-amd64/', type: '5' },
  { name: 'linux-amd64/LICENSE', content: 'Apache' },
  { name: 'linux-amd64/helm', content: 'the program' },
  { name: 'linux-amd64/README.md', content: '# Helm' },
];

describe('a file in a tar archive', () => {
  it('comes whole, however the archive is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 1, max: 1500 }),
        async (before, content, chunkSize) => {
          const archive = tarArchive([
            { name: 'a/before', content: Buffer.from(before) },
            { name: 'a/program', content: Buffer.from(content) },
            { name: 'a/after', content: 'x' },
          ]);
          expect(await read(archive, 'a/program', chunkSize)).toBe(Buffer.from(content).toString('latin1'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, TarEntry[]]>([
    ['a path that begins with ./', [{ name: './linux-amd64/helm', content: 'the program' }]],
    [
      'a long name of GNU tar',
      [
        { name: '././@LongLink', type: 'L', content: 'linux-amd64/helm\0' },
        { name: 'linux-amd64/he', content: 'the program' },
      ],
    ],
    [
      'a path of pax',
      [
        { name: 'PaxHeaders/helm', type: 'x', content: '12 mtime=12\n25 path=linux-amd64/helm\n' },
        { name: 'short', content: 'the program' },
      ],
    ],
    [
      'global pax records before it',
      [{ name: 'pax_global_header', type: 'g', content: '19 comment=abcdefg\n' }, ...release],
    ],
  ])('is found by %s', async (_what, entries) => {
    expect(await read(tarArchive(entries), 'linux-amd64/helm')).toBe('the program');
  });

  it.each<[string, Buffer, RegExp]>([
    ['it is not there', tarArchive(release.slice(0, 2)), /has no file linux-amd64\/helm/],
    ['only a path that leads outside ends in its name', tarArchive([{ name: '../linux-amd64/helm' }]), /has no file/],
    ['it is a link', tarArchive([{ name: 'linux-amd64/helm', type: '2' }]), /no regular file/],
    ['the archive ends in it', tarArchive(release).subarray(0, 512 * 4 + 5), /ends in the middle/],
    ['a header is damaged', Buffer.from(tarArchive(release)).fill(0x61, 512, 520), /sum of a header/],
    ['the archive is something else', Buffer.alloc(2048, '<html>'), /damaged/],
    [
      'a pax record is longer than its record',
      tarArchive([{ name: 'x', type: 'x', content: '99 path=a\n' }, ...release]),
      /pax record/,
    ],
  ])('is refused when %s', async (_why, archive, says) => {
    await expect(read(archive, 'linux-amd64/helm')).rejects.toThrow(says);
  });

  it('of 70 MB is handed on in pieces', async () => {
    const archive = tarArchive([{ name: 'big', content: Buffer.alloc(70_000_000, 1) }]);
    let largest = 0;
    let total = 0;
    const chunks = async function* () {
      for (let at = 0; at < archive.length; at += 65_536) yield archive.subarray(at, at + 65_536);
    };
    for await (const piece of tarMember(chunks(), 'big')) {
      largest = Math.max(largest, piece.length);
      total += piece.length;
    }
    expect(total).toBe(70_000_000);
    expect(largest).toBeLessThanOrEqual(65_536 + 512);
  });
});
