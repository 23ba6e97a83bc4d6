/**
 * What the application is to answer to one request: a recipe says it where it says how its success is proven. Nothing else
 * is known of an application that does not run.
 */
export interface ExpectedAnswer {
  method: string;
  /** Path, segment by segment; null: any. */
  path: (string | null)[];
  status: number;
  /** Texts that the answer must hold. */
  says: string[];
  /** The answer as JSON, when it is to be read by a program; else it is the page that says what answers. */
  json?: Record<string, unknown>;
}

/** The answer to a request; the first that fits. */
export function answerTo(
  answers: readonly ExpectedAnswer[],
  { method, path }: { method: string; path: string },
): ExpectedAnswer | undefined {
  const segments = path.split('/').slice(1);
  return answers.find(
    (answer) =>
      answer.method === method &&
      answer.path.length === segments.length &&
      answer.path.every((segment, index) => segment === null || segment === segments[index]),
  );
}
