import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { startTuning } from './build-tuning.ts';
import { choiceOf, shippedRecipes } from './src/commands/recipes.ts';
import { indexFile, type IndexedRecipe } from './src/first-screen.ts';
import { loadRecipe } from './src/recipe/parse.ts';
import { stepPlans } from './src/steps/plans.ts';

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

/** Ink loads its developer tools only when DEV is set; the bundle has none. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

const options = {
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  minify: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', VERSION: JSON.stringify(version) },
  // CommonJS packages in the bundle ask for Node's own modules by require.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;
const wizard = await build({
  ...options,
  entryPoints: { start: 'src/start.ts' },
  keepNames: true,
  plugins: [withoutDevtools, startTuning],
});
// A process of its own. Nothing in it asks for the name of a function; naming each one again whenever it is made costs a sixth
// of its time.
const rehearsal = await build({ ...options, entryPoints: { rehearsal: 'src/rehearsal/process.ts' } });
const outputs = { ...wizard.metafile.outputs, ...rehearsal.metafile.outputs };
const recipes = await Promise.all(
  (await shippedRecipes('recipes')).map(async (name): Promise<IndexedRecipe> => {
    const recipe = await loadRecipe(`recipes/${name}`, stepPlans);
    return { text: await readFile(`recipes/${name}/recipe.yaml`, 'utf8'), choice: choiceOf(recipe) };
  }),
);
await writeFile(indexFile, JSON.stringify(recipes));
await writeFile(
  'dist/LICENSES.txt',
  await licences([...new Set([...Object.keys(wizard.metafile.inputs), ...Object.keys(rehearsal.metafile.inputs)])]),
);
// Only now, and only what is no longer part of it: a program that runs meanwhile still finds its chunks, and one whose build
// failed is still there.
const kept = new Set([...Object.keys(outputs), indexFile, 'dist/LICENSES.txt']);
for (const name of await readdir('dist'))
  if (!kept.has(`dist/${name}`)) await rm(`dist/${name}`, { recursive: true, force: true });
const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`dist: ${Object.keys(outputs).length} files, ${Math.round(bytes / 1024)} KiB\n`);

/** The licences of every package that the bundle holds, as they ask to be kept with it. */
async function licences(inputs: string[]): Promise<string> {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<
        string,
        string
      >;
      const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} ${version} (${license})\n\n${file === undefined ? '' : await readFile(`${folder}/${file}`, 'utf8')}`;
    }),
  );
  return texts.join(`\n${'-'.repeat(80)}\n`);
}
