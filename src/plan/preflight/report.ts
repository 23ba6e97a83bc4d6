/** One thing that would make the run fail, found before the first change. */
export interface Problem {
  /** Stable name: `missing-secret-key`. */
  code: string;
  /** What is missing, one sentence naming the object and the key. */
  message: string;
  /** Why it is needed: `templates/deployment.yaml:34 (Deployment backend, container api, variable DATABASE_URL)`. */
  neededBy?: string;
  remedy: string[];
  /** Ids of answers whose change may mend it. */
  answers: string[];
  /** false: shown, but the run may start. */
  isFatal: boolean;
}

export interface PreflightReport {
  problems: Problem[];
  /** What was proven, for the plan screen: `31 references resolve`. */
  proven: string[];
}
