import type { RunCommand } from '../tools/shell/run.ts';

export interface ProviderSettings {
  run: RunCommand;
  /** File for `--kubeconfig`; else kubectl's own rules. */
  kubeconfig?: string;
  /** HTTP client for registries. */
  fetch?: typeof fetch;
  /** Addresses of this host, to know nodes that are on it. */
  hostAddresses?: () => string[];
  /** Milliseconds for `list`. */
  listLimit?: number;
}
