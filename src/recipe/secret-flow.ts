/** Which expression paths are secrets, and which places of a recipe may read them. */

/** `database.url`, `database.password`, any key of a Secret, and the answer that one was asked by. */
export function isSecretPath(path: readonly string[]): boolean {
  const [root, second, third] = path;
  if (root === 'database') return second === 'url' || second === 'password';
  if (root === 'secrets') return third === 'keys';
  return root === 'answers' && (second === 'secrets' || second?.startsWith('secrets.') === true);
}

/** Only `from` of a key under `secrets` may. */
export function mayHoldSecret(at: readonly (string | number)[]): boolean {
  return at[0] === 'secrets' && at.at(-1) === 'from';
}
