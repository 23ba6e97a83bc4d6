import { writeAtomically } from '../../../../src/engine/journal/atomic-file.ts';

/** Replaces one file again and again, by texts of some size that prove themselves, until it is killed. */
const path = process.argv[2] ?? '';
for (let round = 0; ; round += 1) {
  const body = `${round} `.repeat(20_000);
  await writeAtomically(path, JSON.stringify({ round, body, length: body.length }));
  if (round === 0) process.stdout.write('begun\n');
}
