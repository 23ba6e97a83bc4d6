import { readFile, rm, writeFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
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

await rm('dist', { recursive: true, force: true });
const result = await build({
  entryPoints: ['src/start.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.12',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"', VERSION: JSON.stringify(version) },
  // CommonJS packages in the bundle ask for Node's own modules by require.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  plugins: [withoutDevtools],
  logLevel: 'warning',
});
const recipes = await Promise.all(
  (await shippedRecipes('recipes')).map(async (name): Promise<IndexedRecipe> => {
    const recipe = await loadRecipe(`recipes/${name}`, stepPlans);
    return { digest: recipe.digest, choice: choiceOf(recipe) };
  }),
);
await writeFile(indexFile, JSON.stringify(recipes));
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB\n`);
