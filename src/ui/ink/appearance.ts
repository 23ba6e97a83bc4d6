import { showsUnicode } from './ascii.ts';
import { themeOf, type Theme } from './theme.ts';

export interface AppearanceRequest {
  stdout: { hasColors?(): boolean };
  /** NO_COLOR, TERM and the locale are looked at. */
  environment: NodeJS.ProcessEnv;
  /** Overrules the environment: `--no-color`. */
  colour?: boolean;
}

/** What the terminal can show. */
export function appearanceOf({ stdout, environment, colour }: AppearanceRequest): { theme: Theme; isAscii: boolean } {
  const hasColour = colour ?? (!environment['NO_COLOR'] && stdout.hasColors?.() !== false);
  return { theme: themeOf({ hasColour }), isAscii: !showsUnicode(environment) };
}
