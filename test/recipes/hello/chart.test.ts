import { expect, it } from 'vitest';
import { readRecordedSchemas, strictValidator } from '../../support/kubernetes-schemas.ts';
import { chartAt, selects, theOnly } from '../../support/render-chart.ts';

const chart = chartAt('recipes/hello/chart', 'web');

it('passes helm lint --strict', async () => {
  await chart.lint();
});

const forms: [form: string, set: Record<string, unknown>][] = [
  ['as it is', {}],
  [
    'with a pull secret and a node port',
    { imagePullSecrets: [{ name: 'registry-login' }], 'service.nodePort': 30_080 },
  ],
  ['behind a ClusterIP', { 'service.type': 'ClusterIP', 'service.nodePort': 30_080 }],
] satisfies [string, Record<string, unknown>][];

it.each(forms)('renders %s what Kubernetes knows, and a Service that finds the pods', async (_form, set) => {
  const validate = strictValidator(await readRecordedSchemas());
  const objects = await chart.render({ set });
  for (const object of objects) expect(validate(object), object.kind).toEqual([]);

  const service = theOnly(objects, 'Service');
  expect(service).toMatchObject({ metadata: { name: 'hello' }, spec: { ports: [{ port: 8080 }] } });
  const { template } = theOnly(objects, 'Deployment')['spec'];
  expect(selects(service['spec'].selector, template)).toBe(true);
  expect(template.spec.containers[0].ports[0].name).toBe(service['spec'].ports[0].targetPort);
  expect(service['spec'].ports[0].nodePort).toBe(
    service['spec'].type === 'NodePort' ? set['service.nodePort'] : undefined,
  );
});
