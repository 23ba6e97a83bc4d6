import type { Timeline } from './shell.ts';

interface KnownImage {
  /** Matches the repository without registry and tag. */
  repository: RegExp;
  /** What the entrypoint starts serves until it is stopped. */
  isServer: boolean;
  lines: Timeline['lines'];
  servesAfter: number;
  stopSignal: number;
  /** How it ends when it is stopped. */
  exitCode: number;
  /** User that it runs as, when it is not root. */
  user?: number;
  sizeBytes: number;
}

const say = (text: string, after = 50) => ({ after, stream: 'stdout' as const, text: `[rehearsed] ${text}` });
const warn = (text: string, after = 50) => ({ ...say(text, after), stream: 'stderr' as const });

/**
 * Servers whose first words and signals are worth being true. The lines are marked: nothing has listened anywhere.
 * Stop signals and exit codes are those of the official images (STOPSIGNAL; postgres stops fast on SIGINT, nginx on SIGQUIT).
 */
const images: readonly KnownImage[] = [
  {
    repository: /(^|\/)(postgres|postgresql|pgvector)$/,
    isServer: true,
    lines: [warn('database system is ready to accept connections', 600)],
    servesAfter: 600,
    stopSignal: 2,
    exitCode: 0,
    sizeBytes: 156_000_000,
  },
  {
    repository: /(^|\/)nginx(-unprivileged)?$/,
    isServer: true,
    lines: [warn('start worker processes')],
    servesAfter: 100,
    stopSignal: 3,
    exitCode: 0,
    sizeBytes: 59_800_000,
  },
  {
    repository: /(^|\/)keycloak$/,
    isServer: true,
    lines: [
      say('Updating the configuration and installing your custom providers, if any. Please wait.', 500),
      say('Keycloak started', 9000),
    ],
    servesAfter: 9000,
    stopSignal: 15,
    exitCode: 143,
    user: 1000,
    sizeBytes: 230_000_000,
  },
  {
    repository: /(^|\/)(redis|valkey)$/,
    isServer: true,
    lines: [say('Ready to accept connections tcp', 100)],
    servesAfter: 100,
    stopSignal: 15,
    exitCode: 0,
    sizeBytes: 45_000_000,
  },
  {
    repository: /(^|\/)(uvicorn|python|fastapi)$/,
    isServer: true,
    lines: [warn('Application startup complete.', 900)],
    servesAfter: 900,
    stopSignal: 15,
    exitCode: 0,
    sizeBytes: 50_000_000,
  },
  {
    repository: /(^|\/)node$/,
    isServer: true,
    lines: [say('listening', 500)],
    servesAfter: 500,
    stopSignal: 15,
    exitCode: 143,
    sizeBytes: 75_000_000,
  },
  {
    repository: /(^|\/)(busybox|alpine|debian|ubuntu)$/,
    isServer: false,
    lines: [],
    servesAfter: 0,
    stopSignal: 15,
    exitCode: 0,
    sizeBytes: 2_200_000,
  },
];

export function knownImage(image: string): KnownImage | undefined {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return images.find(({ repository: pattern }) => pattern.test(repository));
}
