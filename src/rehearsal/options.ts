/** How a rehearsal is to be; plain data, since it travels to the process of the cluster. */
export interface RehearsalOptions {
  /** The same seed gives the same names, addresses and durations. */
  seed: string;
  /** How much faster than life time runs, 1 is life; `turns`: it moves only in the turns that the wizard gives. */
  speed: number | 'turns';
  /** As `--fault` takes them. */
  faults: readonly string[];
  nodes: number;
  /** Milliseconds since 1970 with which the cluster's time begins. */
  start: number;
  /** Real milliseconds since 1970 at which it begins; without turns. */
  origin: number;
  /** The bearer token that only clients of this rehearsal know. */
  token: string;
  /** Node ports are opened on loopback, so that addresses answer. */
  opensPorts: boolean;
}

/** What the process says on its standard output when it listens: one line of JSON. */
export interface RehearsalReady {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** The certificate that clients trust, in PEM. */
  certificate: string;
}
