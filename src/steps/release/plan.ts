import { join } from 'node:path';
import { z } from 'zod';
import { defineStepPlan, type StepDraft } from '../../plan/step-plan.ts';
import { Duration, Id, Needs, ObjectName, Path, Sha256, Text, Value, When } from '../../recipe/terms.ts';

const Service = z.strictObject({
  name: ObjectName,
  port: z.number().int().min(1).max(65535),
  scheme: z.enum(['http', 'https']).default('http'),
  show: z.string().optional().meta({ description: 'Title on the last screen; unset: not shown' }),
  path: z.string().default('/'),
  host: Text.optional().meta({ description: 'Host of an Ingress or route in front of it' }),
});

const Release = z.strictObject({
  chart: z.union([
    Path,
    z.strictObject({ repo: z.string().optional(), name: z.string(), version: z.string(), digest: Sha256.optional() }),
  ]),
  name: ObjectName.optional(),
  namespace: ObjectName.optional(),
  values: z
    .array(Path)
    .optional()
    .meta({ description: "Values files relative to the chart; the environment's unless set" }),
  set: z.record(z.string(), Value).default({}),
  services: z
    .record(Id, Service)
    .default({})
    .meta({ description: 'Services of the chart that others or the person use; url and internalUrl are of the first' }),
  test: z.boolean().default(false).meta({ description: 'Run `helm test` after a change' }),
  when: When.optional(),
  needs: Needs.optional(),
  timeout: Duration.optional(),
});

/** A Helm release: lint and render come before the first change, here it is installed or upgraded. `rollout` watches it. */
export const releasePlan = defineStepPlan({
  kind: 'release',
  key: 'releases',
  section: z.record(Id, Release),
  params: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    chart: z.union([
      z.string(),
      z.strictObject({
        repo: z.string().optional(),
        name: z.string(),
        version: z.string(),
        digest: z.string().optional(),
      }),
    ]),
    values: z.array(z.string()),
    set: z.record(z.string(), z.json()),
  }),
  timeout: 300,
  why: 'A chart is the template of the application, a release is one installation of it. Helm compares what is there with what the chart says and changes only the difference.',
  known: (section, context) => ({
    releases: Object.fromEntries(
      Object.entries(section).map(([id, release]) => {
        const namespace = release.namespace ?? context.namespace;
        const services = Object.fromEntries(
          Object.entries(release.services).map(([name, service]) => [
            name,
            { name: service.name, internalUrl: internalUrl(service, namespace) },
          ]),
        );
        const [first] = Object.values(release.services);
        return [
          id,
          {
            name: release.name ?? id,
            namespace,
            services,
            ...(first === undefined ? {} : { internalUrl: internalUrl(first, namespace) }),
          },
        ];
      }),
    ),
  }),
  expand: (section, context) =>
    Object.entries(section).flatMap(([id, release]): StepDraft[] => {
      const name = release.name ?? id;
      const namespace = release.namespace ?? context.namespace;
      const shared = { at: ['releases', id], ...(release.when === undefined ? {} : { when: release.when }) };
      const services = Object.entries(release.services);
      return [
        {
          ...shared,
          id: `release.${id}`,
          kind: 'release',
          params: {
            name,
            namespace,
            chart: release.chart,
            values: release.values ?? context.environment.values,
            set: release.set,
          },
          ...(release.needs === undefined ? {} : { needs: release.needs }),
          provides: [`releases.${id}`],
        },
        {
          ...shared,
          id: `rollout.${id}`,
          kind: 'rollout',
          params: {
            release: name,
            namespace,
            services: services.map(([service, value]) => ({ id: service, ...value })),
          },
          needs: [`release.${id}`],
          provides: services.flatMap(([service], index) => [
            `releases.${id}.services.${service}.url`,
            ...(index === 0 ? [`releases.${id}.url`] : []),
          ]),
          ...(release.timeout === undefined ? {} : { timeout: release.timeout }),
        },
        ...(release.test
          ? [
              {
                ...shared,
                id: `helm-test.${id}`,
                kind: 'helm-test' as const,
                params: { release: name, namespace },
                needs: [`rollout.${id}`],
              },
            ]
          : []),
      ];
    }),
  describe: ({ name, namespace, chart, values, set }, { helm, folder }) => ({
    verb: 'install',
    title: name,
    detail: typeof chart === 'string' ? `chart ${chart}` : `chart ${chart.name} ${chart.version}`,
    commands: [helm.upgradeArgv({ name, namespace, ...chartSource(chart, values, folder), set })],
  }),
});

export type ReleaseParams = z.output<typeof releasePlan.params>;

/** The chart and its values files as Helm takes them: absolute paths for charts of the recipe. */
export function chartSource(
  chart: string | { repo?: string | undefined; name: string; version: string },
  values: string[],
  folder: string,
) {
  if (typeof chart === 'string') {
    const base = join(folder, chart);
    return { chart: base, values: values.map((file) => join(base, file)) };
  }
  return {
    chart: chart.name,
    version: chart.version,
    ...(chart.repo === undefined ? {} : { repo: chart.repo }),
    values: values.map((file) => join(folder, file)),
  };
}

function internalUrl(service: z.output<typeof Service>, namespace: string): string {
  return `${service.scheme}://${service.name}.${namespace}.svc:${service.port}`;
}
