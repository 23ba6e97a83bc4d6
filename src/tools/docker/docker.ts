import type { CommandOptions } from '../shell/run.ts';

export interface BuildRequest {
  /** `repository:tag` as it will be pushed or loaded. */
  tag: string;
  /** Absolute. */
  context: string;
  /** Absolute. */
  dockerfile: string;
  args: Record<string, string>;
  target?: string;
  /** `linux/arm64`; only when it is not the engine's own. */
  platform?: string;
}

export interface BuildProgress {
  /** `[2/9] RUN npm ci`. */
  message: string;
  done?: number;
  total?: number;
}

/** The person's docker client and whatever engine it is set to. */
export interface Docker {
  /** Version and architecture of the engine; UserError (exit 4) when there is no client or the engine does not answer. */
  engine(): Promise<{
    client: string;
    server: string;
    architecture: string;
    builder: 'buildkit' | 'legacy';
    /** Bytes free on the engine's disk, where that is a disk of this host. */
    free?: number;
  }>;
  buildArgv(request: BuildRequest): string[];
  /** Runs a vector of `buildArgv`; ToolError with the failing Dockerfile step, its file and the last lines. */
  build(
    argv: readonly string[],
    options: CommandOptions & { onProgress?: (progress: BuildProgress) => void },
  ): Promise<void>;
  /** Id and size in bytes of a local image; undefined when there is none. */
  image(tag: string): Promise<{ id: string; bytes: number } | undefined>;
  pushArgv(tag: string): string[];
  push(
    argv: readonly string[],
    options: CommandOptions & { onProgress?: (progress: BuildProgress) => void },
  ): Promise<void>;
  remove(tag: string): Promise<void>;
}
