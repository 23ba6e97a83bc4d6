import type { Condition } from '../session/step-text.ts';

/** What a piece of text is for; the theme says how that looks. Colour only repeats what a glyph and a word say. */
export type Tone = 'plain' | 'strong' | 'dim' | 'active' | 'done' | 'waiting' | 'failed' | 'cursor';

/** How Ink draws a tone. */
interface Look {
  color?: 'blue' | 'green' | 'yellow' | 'red';
  bold?: boolean;
  dimColor?: boolean;
  inverse?: boolean;
}

export type Theme = Record<Tone, Look>;

const colourless: Theme = {
  plain: {},
  strong: { bold: true },
  dim: { dimColor: true },
  active: { bold: true },
  done: {},
  waiting: {},
  failed: { bold: true },
  cursor: {},
};

/** The sixteen names that every terminal maps to its own palette, so that they are readable on any background. */
const coloured: Theme = {
  ...colourless,
  cursor: { inverse: true },
  active: { color: 'blue', bold: true },
  done: { color: 'green' },
  waiting: { color: 'yellow' },
  failed: { color: 'red', bold: true },
};

export function themeOf({ hasColour }: { hasColour: boolean }): Theme {
  return hasColour ? coloured : colourless;
}

/** How each condition of a step is marked. */
export const conditionMarks: Record<Condition, { glyph: string; tone: Tone }> = {
  pending: { glyph: '○', tone: 'dim' },
  running: { glyph: '●', tone: 'active' },
  waiting: { glyph: '●', tone: 'waiting' },
  stalled: { glyph: '▲', tone: 'waiting' },
  changed: { glyph: '✓', tone: 'done' },
  unchanged: { glyph: '✓', tone: 'dim' },
  skipped: { glyph: '–', tone: 'dim' },
  failed: { glyph: '✗', tone: 'failed' },
  stopped: { glyph: '■', tone: 'waiting' },
};

export const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
