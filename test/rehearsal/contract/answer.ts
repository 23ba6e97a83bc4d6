/** JSON after normalisation. */
export type Plain = string | number | boolean | null | Plain[] | { [field: string]: Plain };

/** What a cluster answered to one step, normalised: what is recorded and compared. */
export interface Answer {
  /** The step in words, to notice a recording that belongs to other data. */
  step: string;
  exit?: number;
  /** Lines, or the value where a command printed JSON. */
  stdout?: Plain;
  stderr?: string[];
  /** Of an observation: path to objects. */
  objects?: { [path: string]: Plain };
  /** Of a fetch: HTTP status. */
  status?: number;
}
