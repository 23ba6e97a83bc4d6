/** One line of `minikube start -o json` (CloudEvents; minikube.sigs.k8s.io/docs/contrib/json_output, pkg/minikube/out/register). */
export type MinikubeEvent =
  | { type: 'step'; message: string; name: string; current: number | undefined; total: number | undefined }
  | { type: 'download'; artifact: string; current: number | undefined; total: number | undefined }
  /** `part` of 1. */
  | { type: 'progress'; artifact: string; part: number; current: number | undefined; total: number | undefined }
  | { type: 'info' | 'warning'; message: string }
  /** `id`, `exitCode`, `advice` and `url` for reasons that Minikube knows. */
  | { type: 'error'; message: string; id?: string; exitCode?: number; advice?: string; url?: string };

/** undefined for a line that is no event: hints of kubectl and others can stand between them. */
export function parseEvent(line: string): MinikubeEvent | undefined {
  const event = cloudEvent(line);
  if (event === undefined) return undefined;
  const { data } = event;
  // All values are text, and a step on a detour (a delete inside a start) has an empty number.
  const counts = { current: numberIn(data['currentstep']), total: numberIn(data['totalsteps']) };
  const message = (data['message'] ?? '').trim();
  switch (event.type) {
    case 'step':
      return { type: 'step', message, name: data['name'] ?? '', ...counts };
    case 'download':
      return { type: 'download', artifact: data['artifact'] ?? '', ...counts };
    case 'download.progress':
      return { type: 'progress', artifact: data['artifact'] ?? '', part: numberIn(data['progress']) ?? 0, ...counts };
    case 'info':
    case 'warning':
      return { type: event.type, message };
    case 'error':
      return { type: 'error', message, ...reasonIn(data) };
    default:
      return undefined;
  }
}

const prefix = 'io.k8s.sigs.minikube.';

function cloudEvent(line: string): { type: string; data: Record<string, string | undefined> } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { type, data } = JSON.parse(line) as { type?: unknown; data?: unknown };
    if (typeof type !== 'string' || !type.startsWith(prefix) || typeof data !== 'object') return undefined;
    return { type: type.slice(prefix.length), data: (data ?? {}) as Record<string, string | undefined> };
  } catch {
    return undefined; // Not JSON: a line of something else.
  }
}

function reasonIn(data: Record<string, string | undefined>) {
  const { name, exitcode, advice, url } = data;
  const exitCode = numberIn(exitcode);
  return {
    ...(name ? { id: name } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(advice ? { advice } : {}),
    ...(url ? { url } : {}),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}
