import { editDistance } from '../../recipe/closest.ts';

/**
 * The candidate that differs in at most two letters (BuildKit util/suggest, which takes any of several that are equally near;
 * here the first). undefined when a candidate is the word itself: then something else was wrong.
 */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  let found: string | undefined;
  let least = 3;
  for (const candidate of candidates) {
    if (candidate === word) return undefined;
    const distance = editDistance(word, candidate);
    if (distance < least) [found, least] = [candidate, distance];
  }
  return found;
}

/** ` (did you mean FROM?)`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const found = nearest(word, candidates);
  return found === undefined ? '' : ` (did you mean ${found}?)`;
}
