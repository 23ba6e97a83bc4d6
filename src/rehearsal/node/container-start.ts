import { durationText, type BackOff } from './back-off.ts';
import { configProblem, userOf } from './container-config.ts';
import { terminationMessage, type ContainerRun } from './container-run.ts';
import { runHook } from './hooks.ts';
import { imageName, type Image } from './images.ts';
import { containerId, end, recordFor, timeFor, type NodeServices } from './node-services.ts';
import type { Reason } from './pod-status.ts';
import { podText, type Container, type Pod } from './pod.ts';
import { isJob, programOf, type Program } from './programs.ts';
import { pause, type Steps } from './steps.ts';
import { kill } from './termination.ts';

/** What starting a container needs to know of its pod. */
export interface StartContext {
  services: NodeServices;
  pod: Pod;
  runs: Map<string, ContainerRun[]>;
  crashes: BackOff;
  pulls: BackOff;
  /** The last error of each image that could not be pulled. */
  pullErrors: Record<string, string>;
  isInit: boolean;
  /** Milliseconds since 1970: what ended later is not known to this synchronisation yet. */
  since: number;
  /** A container has started or ended. */
  touched(): void;
}

/** startContainer in pkg/kubelet/kuberuntime: the reason when it does not run in the end. */
export function* startContainer(context: StartContext, container: Container): Steps<Reason | undefined> {
  const { services, pod } = context;
  const record = recordFor(services, pod, container);
  const waiting = backingOff(context, container);
  if (waiting !== undefined) {
    record('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${podText(pod)}`);
    return waiting;
  }
  const image = yield* ensureImage(context, container);
  if ('reason' in image) {
    record('Warning', 'Failed', `Error: ${image.reason}`);
    return image;
  }
  const problem = configProblem(pod, container, services.client, services.interference.isMissing);
  if (problem !== undefined) {
    record('Warning', 'Failed', `Error: ${problem}`);
    return { reason: 'CreateContainerConfigError', message: problem };
  }
  yield* pause(services.clock, timeFor(services, 'create'));
  const run = newRun(context, container, image);
  record('Normal', 'Created', `Created container: ${container.name}`);
  yield* pause(services.clock, timeFor(services, 'start'));
  const startError = services.interference.startProblem(container, pod);
  if (startError !== undefined) {
    end(run, services.clock.now(), 128, 'StartError');
    run.message = startError;
    context.touched();
    record('Warning', 'Failed', `Error: ${startError}`);
    return { reason: 'RunContainerError', message: startError };
  }
  begin(context, run);
  record('Normal', 'Started', `Started container ${container.name}`);
  return yield* afterStart(context, run);
}

function* afterStart({ services, pod, touched }: StartContext, run: ContainerRun): Steps<Reason | undefined> {
  const postStart = run.container.lifecycle?.postStart;
  if (postStart === undefined) return undefined;
  const hook = runHook(postStart, pod, run);
  yield* pause(services.clock, hook.after);
  if (hook.error === undefined) return undefined;
  recordFor(services, pod, run.container)('Warning', 'FailedPostStartHook', 'PostStartHook failed');
  yield* kill(services, pod, run, {
    message: 'FailedPostStartHook',
    graceSeconds: pod.spec.terminationGracePeriodSeconds ?? 30,
  });
  touched();
  return { reason: 'PostStartHookError', message: hook.error };
}

/** doBackOff: counts from the end of the last run. */
function backingOff({ services, pod, runs, crashes, since }: StartContext, container: Container): Reason | undefined {
  const last = runs.get(container.name)?.find(({ state, finishedAt }) => state === 'exited' && finishedAt <= since);
  if (last === undefined) return undefined;
  if (!crashes.isWaiting(container.name, last.finishedAt, services.clock.now())) {
    crashes.next(container.name, last.finishedAt);
    return undefined;
  }
  const wait = durationText(crashes.get(container.name));
  return {
    reason: 'CrashLoopBackOff',
    message: `back-off ${wait} restarting failed container=${container.name} pod=${podText(pod)}`,
  };
}

/** EnsureImageExists in pkg/kubelet/images. */
function* ensureImage(context: StartContext, container: Container): Steps<Image | Reason> {
  const { services, pod, pulls, pullErrors } = context;
  const { images, clock, interference } = services;
  const record = recordFor(services, pod, container);
  const parsed = imageName(container.image);
  if ('error' in parsed) {
    const message = `Failed to apply default image tag "${container.image}": couldn't parse image name "${container.image}": ${parsed.error}`;
    record('Warning', 'InspectFailed', message);
    return { reason: 'InvalidImageName', message };
  }
  const { name } = parsed;
  const policy = container.imagePullPolicy ?? (name.endsWith(':latest') ? 'Always' : 'IfNotPresent');
  const present = images.get(name);
  if (policy === 'Never' || policy === 'IfNotPresent') {
    if (present !== undefined) {
      record('Normal', 'Pulled', `Container image "${container.image}" already present on machine`);
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image "${container.image}" is not present with pull policy of Never`;
      record('Warning', 'ErrImageNeverPull', message);
      return { reason: 'ErrImageNeverPull', message };
    }
  }
  if (pulls.isWaitingSinceUpdate(name, clock.now())) {
    const text = `Back-off pulling image "${container.image}"`;
    record('Normal', 'BackOff', text);
    const error = pullErrors[name];
    return { reason: 'ImagePullBackOff', message: error === undefined ? text : `${text}: ErrImagePull: ${error}` };
  }
  record('Normal', 'Pulling', `Pulling image "${container.image}"`);
  let image: Image | Reason | undefined;
  yield (resume) =>
    images.pull(name, () => interference.pullProblem(name, container, pod), (result) => {
      if ('error' in result) {
        record('Warning', 'Failed', `Failed to pull image "${container.image}": ${result.error}`);
        pulls.next(name, clock.now());
        pullErrors[name] = result.error;
        image = { reason: 'ErrImagePull', message: result.error };
      } else {
        const { duration, waited } = result;
        record(
          'Normal',
          'Pulled',
          `Successfully pulled image "${container.image}" in ${durationText(duration)} (${durationText(waited)} including waiting). Image size: ${result.image.sizeBytes} bytes.`,
        );
        image = result.image;
      }
      resume();
    }); // prettier-ignore
  return image ?? { reason: 'ErrImagePull', message: '' };
}

function newRun(context: StartContext, container: Container, image: Image): ContainerRun {
  const { services, pod, runs, isInit } = context;
  const earlier = runs.get(container.name) ?? [];
  const run: ContainerRun = {
    container,
    id: containerId(services),
    image,
    restartCount: earlier[0] === undefined ? 0 : earlier[0].restartCount + 1,
    program: programOf(container, (isInit && container.restartPolicy !== 'Always') || isJob(pod.spec.restartPolicy)),
    state: 'created',
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    reason: '',
    message: '',
    isStopping: false,
    user: userOf(pod, container),
    lines: [],
    cancel: [],
  };
  runs.set(container.name, [run, ...earlier.slice(0, 1)]);
  return run;
}

function begin({ services, pod, touched }: StartContext, run: ContainerRun): void {
  const { clock, interference } = services;
  run.state = 'running';
  run.startedAt = clock.now();
  const delay = interference.startDelay(run.container, pod);
  if (delay > 0) run.program = delayed(run.program, delay);
  const forced = interference.exitOf(run.container, pod, run.restartCount);
  const planned = forced ?? run.program.end;
  touched();
  if (planned === undefined) return;
  const finish = () => {
    if (forced?.line !== undefined) run.lines.push({ time: clock.now(), stream: 'stderr', text: forced.line });
    end(run, clock.now(), planned.exitCode, planned.reason);
    run.message = terminationMessage(run, clock.now());
    touched();
  };
  run.cancel.push(clock.after(planned.after, finish));
}

const delayed = (program: Program, by: number): Program => ({
  ...program,
  ...(program.servesAfter === undefined ? {} : { servesAfter: program.servesAfter + by }),
});
