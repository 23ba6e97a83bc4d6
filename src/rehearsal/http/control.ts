import type { Exchange } from './exchange.ts';

/** Requests of the wizard itself, under `/rehearsal/`: which faults are on, what the application answers. */
export type Control = (exchange: Exchange) => Promise<void>;
