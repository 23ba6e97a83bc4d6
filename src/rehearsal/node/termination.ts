import { terminationMessage, type ContainerRun } from './container-run.ts';
import { runHook } from './hooks.ts';
import { end, recordFor, type NodeServices } from './node-services.ts';
import type { Pod } from './pod.ts';
import { pause, type Steps } from './steps.ts';

/** Seconds that every container is given at least (minimumGracePeriodInSeconds). */
const leastGrace = 2;

/**
 * Ends a container as killContainer in pkg/kubelet/kuberuntime does: event, preStop hook, stop signal, and after the grace
 * period the one that cannot be ignored.
 */
export function* kill(
  services: NodeServices,
  pod: Pod,
  run: ContainerRun,
  { message, graceSeconds }: { message?: string; graceSeconds: number },
): Steps {
  if (run.state !== 'running' || run.isStopping) return;
  run.isStopping = true;
  const { clock } = services;
  const { container } = run;
  const record = recordFor(services, pod, container);
  record('Normal', 'Killing', message ?? `Stopping container ${container.name}`);
  const preStop = container.lifecycle?.preStop;
  let grace = graceSeconds;
  if (preStop !== undefined && grace > 0) {
    const began = clock.now();
    const hook = runHook(preStop, pod, run);
    yield* pause(clock, Math.min(hook.after, grace * 1000));
    if (hook.error !== undefined) record('Warning', 'FailedPreStopHook', 'PreStopHook failed');
    grace -= Math.floor((clock.now() - began) / 1000);
  }
  const limit = Math.max(leastGrace, grace) * 1000;
  const { onTerm, stopTime } = run.program;
  const hears = onTerm !== 'ignored' && stopTime < limit;
  yield* pause(clock, hears ? stopTime : limit);
  end(run, clock.now(), hears ? onTerm.exitCode : 137);
  run.message = terminationMessage(run, clock.now());
}
