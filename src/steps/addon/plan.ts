import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Duration, Id, Needs, ObjectName, Path, Sha256, Text, Value, When } from '../../recipe/terms.ts';

const Chart = z.strictObject({
  repo: z.string().optional().meta({ description: 'Repository URL; none for an oci:// name' }),
  name: z.string(),
  version: z.string(),
  digest: Sha256.optional(),
});

const Operator = z
  .strictObject({
    package: z.string(),
    channel: z.string(),
    source: z.string().default('operatorhubio-catalog'),
    sourceNamespace: z.string().default('olm'),
    approval: z.enum(['Manual', 'Automatic']).default('Manual'),
    startingCSV: z.string().optional(),
    targetNamespaces: z.array(z.string()).optional(),
  })
  .meta({ description: 'Operator by OLM: OperatorGroup, Subscription, InstallPlan, CSV' });

const Parts = z.strictObject({
  title: z.string(),
  why: z.string(),
  chart: Chart.optional(),
  manifests: z.array(z.strictObject({ url: z.string(), sha256: Sha256 })).optional(),
  files: z.array(Path).optional().meta({ description: 'Manifests of the recipe' }),
  objects: z
    .array(z.record(z.string(), Value))
    .optional()
    .meta({ description: 'Objects applied after it works: issuers, custom resources; an entry may have a `when`' }),
  operator: Operator.optional(),
  minikube: z.string().optional().meta({ description: 'Name of the Minikube addon that is taken there instead' }),
  values: z.record(z.string(), Value).default({}),
  settings: z
    .record(z.string(), Value)
    .default({})
    .meta({ description: 'Facts that the recipe relies on, shown in the plan: ports, names, sizes' }),
  detect: z
    .strictObject({
      crd: z.string().optional(),
      workload: z.string().optional(),
      ingressClass: z.string().optional(),
      release: z.string().optional(),
    })
    .optional(),
  ready: z
    .array(
      z
        .string()
        .regex(
          /^[A-Za-z][A-Za-z.]*\/[^/=\s]+(=[A-Za-z]+)?$/,
          'what is waited for is written crd/NAME, deployment/NAME, or KIND/NAME=CONDITION',
        ),
    )
    .default([])
    .meta({ description: 'What makes it usable, in order: crd/NAME, deployment/NAME, KIND/NAME=CONDITION' }),
  address: ObjectName.optional().meta({
    description: 'Service of it whose load balancer gets an address: ${addons.ID.address}',
  }),
});

const Addon = Parts.extend({
  namespace: ObjectName.optional(),
  when: When.optional(),
  needs: Needs.optional(),
  timeout: Duration.optional(),
}).refine(
  (addon) =>
    [addon.chart, addon.manifests, addon.files, addon.operator, addon.objects].some((part) => part !== undefined),
  {
    error: 'an add-on says where it comes from: chart, manifests, files, operator or objects',
  },
);

/** Something third-party that the application needs in its cluster: a controller, an operator, a cache. */
export const addonPlan = defineStepPlan({
  kind: 'addon',
  key: 'addons',
  section: z.record(Id, Addon),
  params: Parts.extend({ namespace: Text }),
  timeout: 600,
  why: 'The application leans on parts that a bare cluster does not have. Each is pinned to a version, and one that is there already is used, not replaced.',
  known: (section, context) => ({
    addons: Object.fromEntries(
      Object.entries(section).map(([id, addon]) => [
        id,
        { namespace: addon.namespace ?? context.namespace, settings: addon.settings },
      ]),
    ),
  }),
  expand: (section, context) =>
    Object.entries(section).map(([id, { when, needs, timeout, ...addon }]) => ({
      id: `addon.${id}`,
      kind: 'addon',
      params: { ...addon, namespace: addon.namespace ?? context.namespace },
      ...(when === undefined ? {} : { when }),
      ...(needs === undefined ? {} : { needs }),
      ...(timeout === undefined ? {} : { timeout }),
      provides: [`addons.${id}`, ...(addon.address === undefined ? [] : [`addons.${id}.address`])],
      at: ['addons', id],
    })),
  describe: ({ title, namespace, ...addon }) => ({
    verb: 'install',
    title,
    detail: [...origin(addon), `namespace ${namespace}`].join(', '),
    commands: [],
    instead: 'detects what is there, then installs or adopts it',
  }),
});

function origin({
  chart,
  operator,
  manifests = [],
  files = [],
  objects = [],
}: Pick<z.output<typeof Parts>, 'chart' | 'operator' | 'manifests' | 'files' | 'objects'>): string[] {
  const counted = [
    [manifests.length, 'manifest'],
    [files.length, 'file'],
    [objects.length, 'object'],
  ] as const;
  return [
    ...(chart === undefined ? [] : [`chart ${chart.name} ${chart.version}`]),
    ...(operator === undefined ? [] : [`operator ${operator.package}, channel ${operator.channel}`]),
    ...counted.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}${count === 1 ? '' : 's'}`])),
  ];
}
