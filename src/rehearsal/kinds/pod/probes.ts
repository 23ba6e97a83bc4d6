import type { FieldErrors } from '../field-errors.ts';
import { httpHeaderName, portName, portNumber } from '../names.ts';
import type { Container, Handler, Probe } from './types.ts';

export function checkPort(errors: FieldErrors, path: string, port: number | string | undefined): void {
  if (typeof port === 'string') errors.each(path, port, portName(port));
  else errors.each(path, port ?? 0, portNumber(port ?? 0));
}

type Check = (errors: FieldErrors, path: string, handler: Handler, grace: number | undefined) => void;

const checks: [kind: keyof Handler, check: Check][] = [
  [
    'exec',
    (errors, path, { exec }) => {
      if ((exec?.command?.length ?? 0) === 0) errors.required(`${path}.command`);
    },
  ],
  [
    'httpGet',
    (errors, path, { httpGet }) => {
      if ((httpGet?.path ?? '') === '') errors.required(`${path}.path`);
      checkPort(errors, `${path}.port`, httpGet?.port);
      if (httpGet?.scheme !== 'HTTP' && httpGet?.scheme !== 'HTTPS')
        errors.notSupported(`${path}.scheme`, httpGet?.scheme ?? '', ['HTTP', 'HTTPS']);
      for (const { name = '' } of httpGet?.httpHeaders ?? [])
        errors.each(`${path}.httpHeaders`, name, httpHeaderName(name));
    },
  ],
  ['tcpSocket', (errors, path, { tcpSocket }) => checkPort(errors, `${path}.port`, tcpSocket?.port)],
  ['grpc', (errors, path, { grpc }) => checkPort(errors, `${path}.port`, grpc?.port)],
  [
    'sleep',
    (errors, path, { sleep }, grace) => {
      const seconds = sleep?.seconds ?? 0;
      if (grace !== undefined && (seconds < 0 || seconds > grace))
        errors.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
    },
  ],
];

function checkHandler(errors: FieldErrors, path: string, handler: Handler, grace: number | undefined): void {
  let count = 0;
  for (const [kind, check] of checks) {
    if (handler[kind] === undefined) continue;
    if (count > 0) errors.forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type');
    else check(errors, `${path}.${kind}`, handler, grace);
    count += 1;
  }
  if (count === 0) errors.required(path, 'must specify a handler type');
}

const numbers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function checkProbe(errors: FieldErrors, path: string, probe: Probe, grace: number | undefined): void {
  checkHandler(errors, path, probe, grace);
  for (const field of numbers) errors.nonNegative(`${path}.${field}`, probe[field]);
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0)
    errors.invalid(`${path}.terminationGracePeriodSeconds`, own, 'must be greater than 0');
}

/** Probes of a container that keeps running. */
export function checkProbes(errors: FieldErrors, path: string, container: Container, grace: number | undefined): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) {
    checkProbe(errors, `${path}.livenessProbe`, livenessProbe, grace);
    checkThreshold(errors, `${path}.livenessProbe`, livenessProbe);
  }
  if (readinessProbe !== undefined) {
    checkProbe(errors, `${path}.readinessProbe`, readinessProbe, grace);
    if (readinessProbe.terminationGracePeriodSeconds !== undefined)
      errors.invalid(
        `${path}.readinessProbe.terminationGracePeriodSeconds`,
        readinessProbe.terminationGracePeriodSeconds,
        'must not be set for readinessProbes',
      );
  }
  if (startupProbe !== undefined) {
    checkProbe(errors, `${path}.startupProbe`, startupProbe, grace);
    checkThreshold(errors, `${path}.startupProbe`, startupProbe);
  }
}

function checkThreshold(errors: FieldErrors, path: string, { successThreshold }: Probe): void {
  if (successThreshold !== 1) errors.invalid(`${path}.successThreshold`, successThreshold ?? 0, 'must be 1');
}

export function checkLifecycle(
  errors: FieldErrors,
  path: string,
  lifecycle: NonNullable<Container['lifecycle']>,
  grace: number | undefined,
  os: string | undefined,
): void {
  if (lifecycle.postStart !== undefined) checkHandler(errors, `${path}.postStart`, lifecycle.postStart, grace);
  if (lifecycle.preStop !== undefined) checkHandler(errors, `${path}.preStop`, lifecycle.preStop, grace);
  if (lifecycle.stopSignal !== undefined && os === undefined)
    errors.forbidden(`${path}.stopSignal`, 'may not be set for containers with empty `spec.os.name`');
}
