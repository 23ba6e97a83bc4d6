import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Characters of one grapheme and one column each, whatever stands beside them: what our screens are drawn with. As the
 * inside of a regular expression's class. Compared with the untouched packages by test/program/build-tuning.test.ts.
 */
export const plainCharacters =
  '\\u0020-\\u007E\\u00A1-\\u00AC\\u00AE-\\u00FF\\u2013\\u2014\\u2022\\u2026\\u2039\\u203A\\u2190-\\u2193\\u2500-\\u257F\\u2588\\u2591\\u25A0\\u25B2\\u25CB\\u25CF\\u2713\\u2717\\u2800-\\u28FF';

interface Patch {
  /** Of the file whose text is changed. */
  file: RegExp;
  changes: [from: string, to: string][];
}

const lazySegmenter = (name: string, args: string): [string, string] => [
  `const ${name} = new Intl.Segmenter(${args});`,
  `let ${name}Made; const ${name} = { segment: (text) => (${name}Made ??= new Intl.Segmenter(${args})).segment(text) };`,
];

/**
 * What Ink's packages do at start and the first screen does not need: half of the time to the first frame. Each text must
 * be there exactly once, so that a new version of a package cannot pass unnoticed.
 */
const patches: Patch[] = [
  {
    // Emscripten prefers fetch on its own data URL, which loads the whole HTTP client of Node; without, it decodes.
    file: /yoga-layout\/dist\/binaries\/yoga-wasm-base64-esm\.js$/,
    changes: [['var _scriptDir = import.meta.url;', 'var _scriptDir = import.meta.url; const fetch = undefined;']],
  },
  {
    file: /node_modules\/string-width\/index\.js$/,
    changes: [
      lazySegmenter('segmenter', ''),
      ['/^[\\u0020-\\u007E]*$/', `/^[${plainCharacters}]*$/`],
      [
        'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
        "let rgiEmojiMade; const rgiEmojiRegex = { test: (text) => (rgiEmojiMade ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) };",
      ],
    ],
  },
  {
    file: /@alcalzone\/ansi-tokenize\/build\/tokenize\.js$/,
    changes: [
      lazySegmenter('segmenter', 'undefined, { granularity: "grapheme" }'),
      [
        'of segmenter.segment(str)',
        `of (/^[\\u001B${plainCharacters}]*$/.test(str) ? Array.from(str, (segment, index) => ({ segment, index })) : segmenter.segment(str))`,
      ],
    ],
  },
  {
    file: /node_modules\/slice-ansi\/tokenize-ansi\.js$/,
    changes: [lazySegmenter('GRAPHEME_SEGMENTER', "undefined, {granularity: 'grapheme'}")],
  },
  { file: /node_modules\/wrap-ansi\/index\.js$/, changes: [lazySegmenter('segmenter', '')] },
  {
    file: /node_modules\/ink\/build\/line-update\.js$/,
    changes: [lazySegmenter('segmenter', "undefined, { granularity: 'grapheme' }")],
  },
];

export const startTuning: Plugin = {
  name: 'start-tuning',
  setup({ onLoad, onEnd }) {
    const used = new Set<Patch>();
    for (const patch of patches) {
      onLoad({ filter: patch.file }, async ({ path }) => {
        used.add(patch);
        return { contents: patched(await readFile(path, 'utf8'), path, patch), loader: 'js' };
      });
    }
    onEnd(() => {
      const missing = patches.filter((patch) => !used.has(patch));
      if (missing.length > 0)
        throw new Error(`not in the bundle any more: ${missing.map(({ file }) => file.source).join(', ')}`);
    });
  },
};

function patched(text: string, path: string, { changes }: Patch): string {
  return changes.reduce((now, [from, to]) => {
    const parts = now.split(from);
    if (parts.length !== 2) throw new Error(`${path} holds ${parts.length - 1} times: ${from}`);
    return parts.join(to);
  }, text);
}
