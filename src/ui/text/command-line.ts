const needsNoQuotes = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** An argument vector as a line that a POSIX shell reads back as the same vector: what a person may copy. */
export function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (needsNoQuotes.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
