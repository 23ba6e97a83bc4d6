import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { matchesSelector, type LabelSelector } from '../../store/selectors.ts';
import type { Client, KindName } from '../client.ts';
import { withCondition, type Condition } from '../conditions.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { controllerOf } from '../owners.ts';
import { isPodReady, isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { resolved, type IntOrPercent } from '../workloads/deployment-view.ts';
import { scalableKinds } from './scale-target.ts';

interface Spec {
  selector?: LabelSelector;
  minAvailable?: IntOrPercent;
  maxUnavailable?: IntOrPercent;
}

interface Status {
  observedGeneration?: number;
  disruptedPods?: Record<string, string>;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
  conditions?: readonly Condition[];
}

const kind = 'policy/v1 PodDisruptionBudget';
/** Milliseconds in which an evicted pod must have begun to end (disruption.go, DeletionTimeout). */
const deletionTimeout = 120_000;
const specOf = (budget: StoredObject) => (budget['spec'] ?? {}) as Spec;

/** How many pods may be evicted now: pkg/controller/disruption. */
export function podDisruptionBudgetController(): Controller {
  return {
    name: 'disruption-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => reconcile(key, context, queue));
      client.watch(kind, ({ object, type }) => {
        if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
      client.watch('v1 Pod', ({ type, object, before }) => {
        const isSame =
          type === 'MODIFIED' &&
          before !== undefined &&
          isPodReady(before) === isPodReady(object) &&
          isTerminating(before) === isTerminating(object) &&
          before.metadata.labels === object.metadata.labels;
        const { namespace = '' } = object.metadata;
        if (isSame) return;
        for (const budget of client.list(kind, { namespace }))
          if (selects(budget, object) || (before !== undefined && selects(budget, before)))
            queue.addSoon(`${namespace}/${budget.metadata.name}`, 50);
      });
    },
  };
}

const selects = (budget: StoredObject, pod: StoredObject) => {
  const { selector } = specOf(budget);
  return selector !== undefined && matchesSelector(selector, pod.metadata.labels ?? {});
};

function reconcile(key: string, { client, clock }: ControllerContext, queue: Reconciler): void {
  const budget = client.get(kind, ...namesOf(key));
  if (budget === undefined) return;
  const { namespace } = budget.metadata;
  const pods = client
    .list('v1 Pod', namespace === undefined ? {} : { namespace })
    .filter((pod) => selects(budget, pod));
  const known = (budget['status'] ?? {}) as Partial<Status>;
  if (pods.length === 0) client.event(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const { expected, unmanaged } = expectedPods(client, budget, pods);
  if (unmanaged.length > 0)
    client.event(budget, {
      type: 'Warning',
      reason: 'UnmanagedPods',
      message: `Pods selected by this PodDisruptionBudget (selector: ${selectorText(specOf(budget).selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
    });
  const desired = desiredHealthy(specOf(budget), expected);
  const disrupted = stillDisrupted(pods, known.disruptedPods ?? {}, clock.now());
  const healthy = pods.filter(
    (pod) => !isTerminating(pod) && disrupted[pod.metadata.name] === undefined && isPodReady(pod),
  ).length;
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  const generation = budget.metadata.generation;
  const status: Status = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: withCondition(
      known.conditions ?? [],
      {
        type: 'DisruptionAllowed',
        status: allowed > 0 ? 'True' : 'False',
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        ...(generation === undefined ? {} : { observedGeneration: generation }),
      },
      clock.timestamp(),
    ),
  };
  if (!isEqual(status, known)) client.updateStatus({ ...budget, status });
  if (Object.keys(disrupted).length > 0) queue.addAfter(key, deletionTimeout);
}

/** Evicted pods that have not begun to end, for as long as they may take. */
function stillDisrupted(
  pods: readonly StoredObject[],
  disrupted: Record<string, string>,
  now: number,
): Record<string, string> {
  const waiting = new Set(pods.filter((pod) => !isTerminating(pod)).map(({ metadata }) => metadata.name));
  return Object.fromEntries(
    Object.entries(disrupted).filter(([name, time]) => waiting.has(name) && Date.parse(time) + deletionTimeout > now),
  );
}

/** An absolute minimum counts the pods that are there; any share needs the sizes of their controllers. */
function expectedPods(
  client: Client,
  budget: StoredObject,
  pods: readonly StoredObject[],
): { expected: number; unmanaged: string[] } {
  const { minAvailable } = specOf(budget);
  if (typeof minAvailable === 'number') return { expected: pods.length, unmanaged: [] };
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = topController(client, pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name);
    else scales.set(owner.metadata.uid, (owner['spec'] as { replicas?: number }).replicas ?? 0);
  }
  return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

function topController(client: Client, object: StoredObject): StoredObject | undefined {
  const reference = controllerOf(object);
  if (reference === undefined) return undefined;
  const owner = client.get(`${reference.apiVersion} ${reference.kind}`, object.metadata.namespace, reference.name);
  if (owner?.metadata.uid !== reference.uid) return undefined;
  const above = topController(client, owner);
  return above ?? (scalableKinds.includes(`${owner.apiVersion} ${owner.kind}` as KindName) ? owner : undefined);
}

function desiredHealthy({ minAvailable, maxUnavailable }: Spec, expected: number): number {
  if (maxUnavailable !== undefined) return Math.max(0, expected - resolved(maxUnavailable, expected, true));
  return minAvailable === undefined ? 0 : resolved(minAvailable, expected, true);
}

/** As `metav1.LabelSelector` prints itself in Go. */
const selectorText = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}) =>
  `&LabelSelector{MatchLabels:map[string]string{${Object.entries(matchLabels)
    .map(([name, value]) => `${name}: ${value},`)
    .join('')}},MatchExpressions:[]LabelSelectorRequirement{${matchExpressions
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
    )
    .join('')}},}`;
