import type { Container, Probe } from './shapes.ts';

/** `GET /health`, `tcp 5432`, `pg_isready`: a probe as a person would name it. */
export function probeText(probe: Probe): string {
  if (probe.httpGet !== undefined) return `GET ${probe.httpGet.path ?? '/'}`;
  if (probe.tcpSocket !== undefined) return `tcp ${probe.tcpSocket.port}`;
  if (probe.grpc !== undefined) return `grpc ${probe.grpc.port}`;
  return programOf(probe.exec?.command ?? []);
}

/** The program that a command starts, also behind `sh -c`. */
function programOf(command: string[]): string {
  const [shell = '', flag = '', script = ''] = command;
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(shell) && /^-\w*c$/.test(flag);
  const words = isShell ? script.trim().split(/\s+/) : command;
  const [program = 'command'] = words.filter((word) => word !== 'exec');
  return program.split('/').at(-1) ?? program;
}

// Defaults of the API: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes".
const delay = (probe: Probe): number => probe.initialDelaySeconds ?? 0;
const period = (probe: Probe): number => probe.periodSeconds ?? 10;
const timeout = (probe: Probe): number => probe.timeoutSeconds ?? 1;
const failures = (probe: Probe): number => probe.failureThreshold ?? 3;
const successes = (probe: Probe): number => probe.successThreshold ?? 1;

/** Milliseconds that the startup probe gives a container before the kubelet kills it; 0 without one. */
export function startAllowance({ startupProbe }: Container): number {
  if (startupProbe === undefined) return 0;
  return 1000 * (delay(startupProbe) + failures(startupProbe) * period(startupProbe) + timeout(startupProbe));
}

/** Milliseconds after its start until which a container that is not ready is starting; after that it is failing. */
export function readinessWindow(container: Container): number {
  const probe = container.readinessProbe;
  if (probe === undefined) return startAllowance(container);
  const rounds = failures(probe) + successes(probe);
  return startAllowance(container) + 1000 * (delay(probe) + rounds * period(probe) + timeout(probe) + period(probe));
}

/** What a failed probe says, without address and ceremony: `503`, `connection refused`, `no answer in time`. */
export function probeFailure(message: string): string {
  const text = message.replace(/^\w+ probe (failed|errored)( and resulted in unknown state)?: */i, '').trim();
  const known = probeFailures.find(({ says }) => says.test(text));
  if (known !== undefined) return known.means(text);
  return text.split('\n')[0]?.slice(0, 120) || 'it exits with an error';
}

const probeFailures: { says: RegExp; means: (text: string) => string }[] = [
  { says: /statuscode: (\d+)/, means: (text) => /statuscode: (\d+)/.exec(text)?.[1] ?? text },
  { says: /connection refused/i, means: () => 'connection refused' },
  { says: /deadline exceeded|timed? ?out|Client\.Timeout/i, means: () => 'no answer in time' },
  { says: /executable file not found|no such file or directory/i, means: () => 'its program is not in the image' },
  { says: /connection reset|EOF/i, means: () => 'the connection is cut' },
  { says: /HTTP response to HTTPS client/i, means: () => 'it speaks HTTP, the probe HTTPS' },
];
