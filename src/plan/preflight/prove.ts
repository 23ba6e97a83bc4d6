import type { RenderedObject } from '../../tools/helm/helm.ts';
import { paramText, type Plan, type PlanStep, type StepId } from '../plan.ts';
import { finding, type Finding } from './finding.ts';
import type { Need } from './needs.ts';
import type { ReferenceCheck } from './reference-check.ts';

/** An object that some earlier step makes, with its keys where it has any. */
interface Made {
  kind: string;
  name: string;
  namespace: string;
  keys?: string[];
  /** Keys that are there only when an optional answer was given. */
  perhaps?: string[];
  ports?: string[];
  step: StepId;
}

export interface Makers {
  made: Made[];
  tooLate: Made[];
}

export function makersFor({ plan, rendered }: ReferenceCheck, earlier: ReadonlySet<StepId>): Makers {
  const all = plan.steps.flatMap((step) => madeBy(step, plan, rendered[step.id] ?? []));
  return { made: all.filter(({ step }) => earlier.has(step)), tooLate: all.filter(({ step }) => !earlier.has(step)) };
}

function madeBy({ id, kind, params }: PlanStep, plan: Plan, rendered: RenderedObject[]): Made[] {
  const namespace = paramText(params, 'namespace', plan.namespace);
  const name = paramText(params, 'name');
  switch (kind) {
    case 'secret': {
      const keys = (params['keys'] as { key: string; sources: { optional?: boolean }[] }[]).filter(
        ({ sources }) => sources.length > 0,
      );
      const perhaps = keys.filter(({ sources }) => sources[0]?.optional === true);
      const names = (list: { key: string }[]) => list.map(({ key }) => key);
      return [{ kind: 'Secret', name, namespace, keys: names(keys), perhaps: names(perhaps), step: id }];
    }
    case 'pull-secret':
      return [{ kind: 'Secret', name, namespace, keys: ['.dockerconfigjson'], step: id }];
    case 'database':
      return [
        { kind: 'Secret', name, namespace, keys: ['password', 'username', 'database'], step: id },
        { kind: 'Service', name, namespace, ports: ['5432'], step: id },
      ];
    case 'certificate':
      return [
        {
          kind: 'Secret',
          name: paramText(params, 'secretName'),
          namespace,
          keys: ['tls.crt', 'tls.key', 'ca.crt'],
          step: id,
        },
      ];
    case 'release':
      return rendered.map(({ object }) => ({
        kind: object.kind,
        name: object.metadata.name,
        namespace: object.metadata.namespace ?? namespace,
        keys: ['data', 'stringData', 'binaryData'].flatMap((part) => Object.keys(object[part] ?? {})),
        ports: ((object['spec']?.ports ?? []) as { port?: number; name?: string }[]).flatMap(
          ({ port, name: portName }) => [String(port), ...(portName === undefined ? [] : [portName])],
        ),
        step: id,
      }));
    case 'image':
      return [{ kind: 'Image', name: paramText(params, 'pull'), namespace: '', step: id }];
    default:
      return [];
  }
}

export type Verdict = 'proven' | 'optional' | Finding;

export function prove(need: Need, check: ReferenceCheck, { made, tooLate }: Makers): Verdict {
  const same = (maker: Made) =>
    maker.kind === need.kind &&
    maker.name === need.name &&
    (need.kind === 'Image' || maker.namespace === need.namespace);
  const maker = made.find(same);
  if (maker !== undefined) {
    const has = need.kind === 'Service' ? maker.ports : maker.keys;
    if (need.key !== undefined && maker.perhaps?.includes(need.key) === true && !need.isOptional)
      return notAlways(need, maker, check.plan);
    if (need.key === undefined || has === undefined || has.includes(need.key)) return 'proven';
    return need.isOptional ? 'optional' : missingKey(need, has, check.plan, maker.step);
  }
  const exists = existing(need, check);
  if (exists === 'proven' || need.isOptional) return exists === 'proven' ? 'proven' : 'optional';
  const late = tooLate.find(same);
  if (late !== undefined) {
    return finding(
      'made-too-late',
      `${need.kind} ${need.name} is made by ${late.step}, which does not come before`,
      [`Add needs: [${late.step}] to the release, or refer to it by an expression.`],
      check.plan,
      need.name,
    );
  }
  return exists;
}

function notAlways({ kind, name, key }: Need, { step }: Made, plan: Plan): Finding {
  const message = `${kind} ${name} has the key ${key} only when its question is answered, and it is needed always`;
  return {
    ...finding('not-proven', message, [`Answer it, or mark the reference as optional: ${step}`], plan, name),
    isFatal: false,
  };
}

function existing(need: Need, check: ReferenceCheck): 'proven' | Finding {
  const { existing: have, plan } = check;
  const unknown = () => ({
    ...finding(
      'not-proven',
      `Whether ${need.kind} ${need.name || '(default)'} exists could not be read`,
      [],
      plan,
      need.name,
    ),
    isFatal: false,
  });
  const missing = (message: string, remedy: string[]) =>
    finding(`missing-${kebab(need.kind)}`, message, remedy, plan, need.name);
  switch (need.kind) {
    case 'Secret':
    case 'ConfigMap': {
      const keys = have.keysOf(need.kind, need.namespace, need.name);
      if (keys === undefined) return unknown();
      if (keys === null)
        return missing(
          `${need.kind} ${need.name} is not in namespace ${need.namespace}, and no earlier step makes it`,
          [
            `Declare it in the recipe, or create it: kubectl -n ${need.namespace} create ${need.kind === 'Secret' ? 'secret generic' : 'configmap'} ${need.name}`,
          ],
        );
      return need.key === undefined || keys.includes(need.key) ? 'proven' : missingKey(need, keys, plan);
    }
    case 'ServiceAccount':
    case 'PersistentVolumeClaim':
    case 'Service': {
      const has = have.has(need.kind, need.namespace, need.name);
      return has === undefined
        ? unknown()
        : has
          ? 'proven'
          : missing(`${need.kind} ${need.name} is not in namespace ${need.namespace}, and no earlier step makes it`, [
              'Declare it in the chart, or correct the name.',
            ]);
    }
    case 'StorageClass':
      return classVerdict(need, have.storageClasses, unknown, missing, 'kubectl get storageclass');
    case 'IngressClass':
      return classVerdict(need, have.ingressClasses, unknown, missing, 'kubectl get ingressclass');
    case 'Image': {
      const has = have.hasImage(need.name);
      return has === undefined
        ? unknown()
        : has
          ? 'proven'
          : missing(`Image ${need.name} is neither on the nodes nor in its registry, and no earlier step builds it`, [
              'Correct the name or the tag, or log in to the registry.',
            ]);
    }
    case 'API':
    case 'Port':
      return 'proven';
    default:
      return need.kind satisfies never;
  }
}

function classVerdict(
  need: Need,
  classes: { name: string; isDefault: boolean }[] | undefined,
  unknown: () => Finding,
  missing: (message: string, remedy: string[]) => Finding,
  list: string,
): 'proven' | Finding {
  if (classes === undefined) return unknown();
  const names = classes.map(({ name }) => name).join(', ') || 'none';
  if (need.name === '')
    return classes.some(({ isDefault }) => isDefault)
      ? 'proven'
      : missing(`The cluster has no default ${need.kind}, and none is named`, [`Name one of: ${names} (${list}).`]);
  return classes.some(({ name }) => name === need.name)
    ? 'proven'
    : missing(`${need.kind} ${need.name} is not in the cluster`, [`The cluster has: ${names} (${list}).`]);
}

function missingKey(need: Need, keys: string[], plan: Plan, step?: StepId): Finding {
  const code = need.kind === 'Service' ? 'missing-port' : `missing-${kebab(need.kind)}-key`;
  const noun = need.kind === 'Service' ? 'port' : 'key';
  const made = plan.steps.find(({ id }) => id === step);
  const index = (made?.params['keys'] as { key: string }[] | undefined)?.findIndex(({ key }) => key === need.key) ?? -1;
  const behind =
    index < 0
      ? []
      : Object.entries(made?.origins ?? {}).flatMap(([at, answers]) =>
          at.startsWith(`keys[${index}]`) ? answers : [],
        );
  return {
    ...finding(
      code,
      `${need.kind} ${need.name} has no ${noun} ${need.key ?? ''}`,
      [`It has: ${keys.join(', ') || 'none'}. Add the ${noun}, or correct its name in the chart.`],
      plan,
      need.name,
    ),
    ...(behind.length === 0 ? {} : { answers: behind }),
  };
}

function kebab(kind: string): string {
  return kind.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}
