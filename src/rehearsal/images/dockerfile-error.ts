/** What a builder would refuse in a Dockerfile, in the words of BuildKit. */
export class DockerfileError extends Error {
  /** Counted from 1; undefined where the caller knows it. */
  readonly line: number | undefined;
  /** The word that is meant, to find its column. */
  readonly word: string | undefined;

  constructor(message: string, at: { line?: number; word?: string } = {}) {
    super(message);
    this.name = 'DockerfileError';
    this.line = at.line;
    this.word = at.word;
  }
}
