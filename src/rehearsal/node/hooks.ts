import type { ContainerRun } from './container-run.ts';
import { podText, type Handler, type Pod } from './pod.ts';
import { commandOf } from './programs.ts';

/** What a lifecycle hook does: how long it takes, and how it fails. */
export interface HookResult {
  /** Milliseconds. */
  after: number;
  error?: string;
}

/** pkg/kubelet/lifecycle/handlers.go. Requests over the network are taken to be answered. */
export function runHook(handler: Handler, pod: Pod, run: ContainerRun): HookResult {
  const { exec, sleep } = handler;
  if (sleep !== undefined) return { after: sleep.seconds * 1000 };
  if (exec === undefined) return { after: 20 };
  const argv = exec.command ?? [];
  const { exitCode, output, after } = commandOf(argv);
  const text = argv.join(' ');
  if (exitCode === 0) return { after };
  return {
    after,
    error: `Exec lifecycle hook ([${text}]) for Container "${run.container.name}" in Pod "${podText(pod)}" failed - error: command '${text}' exited with ${exitCode}: , message: ${JSON.stringify(output)}`,
  };
}
