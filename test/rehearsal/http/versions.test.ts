import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listeningCluster, type ListeningCluster } from '../support/listening-cluster.ts';

// Asked of a 1.34.10 API server with `kubectl create --raw`, `patch` and `apply --server-side`, 2026-11-24.

let cluster: ListeningCluster;
beforeAll(async () => {
  cluster = await listeningCluster();
});
afterAll(() => cluster.close());

const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
const identity = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } };

async function managers(version: string) {
  const { json } = await cluster.ask('GET', `${path(version)}/h`);
  const { managedFields = [] } = json['metadata'] as { managedFields?: Record<string, unknown>[] };
  return managedFields.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1]);
}

const patch = (version: string, manager: string, type: string, content: object, query = '') =>
  cluster.ask('PATCH', `${path(version)}/h?fieldManager=${manager}${query}`, {
    body: JSON.stringify(content),
    headers: { 'content-type': type },
  });

describe('fields are managed in the version of the request', () => {
  it('of a create, whatever version is read', async () => {
    const spec = {
      maxReplicas: 3,
      minReplicas: 1,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
      targetCPUUtilizationPercentage: 50,
    };
    const body = JSON.stringify({ ...identity, spec });
    await cluster.ask('POST', `${path('v1')}?fieldManager=one`, { body });
    const fields = { 'f:maxReplicas': {}, 'f:minReplicas': {}, 'f:scaleTargetRef': {} };
    const expected = [['one', 'autoscaling/v1', { 'f:spec': { ...fields, 'f:targetCPUUtilizationPercentage': {} } }]];
    expect(await managers('v2')).toEqual(expected);
    expect(await managers('v1')).toEqual(expected);
  });

  it('of a patch, which takes what it changes from managers of other versions', async () => {
    const target = { type: 'Utilization', averageUtilization: 60 };
    const spec = { maxReplicas: 4, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
    await patch('v2', 'two', 'application/merge-patch+json', { spec });
    expect(await managers('v2')).toEqual([
      ['one', 'autoscaling/v1', { 'f:spec': { 'f:minReplicas': {}, 'f:scaleTargetRef': {} } }],
      ['two', 'autoscaling/v2', { 'f:spec': { 'f:maxReplicas': {}, 'f:metrics': {} } }],
    ]);
  });

  it('of an apply, whose conflicts are told in the version of the other manager', async () => {
    const content = { ...identity, spec: { targetCPUUtilizationPercentage: 70 } };
    const type = 'application/apply-patch+yaml';
    const { status, json } = await patch('v1', 'three', type, content);
    expect([status, json['message']]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "two" using autoscaling/v2: .spec.metrics',
    ]);
    expect((await patch('v1', 'three', type, content, '&force=true')).status).toBe(200);
    expect(await managers('v1')).toEqual([
      ['three', 'autoscaling/v1', { 'f:spec': { 'f:targetCPUUtilizationPercentage': {} } }],
      ['one', 'autoscaling/v1', { 'f:spec': { 'f:minReplicas': {}, 'f:scaleTargetRef': {} } }],
      ['two', 'autoscaling/v2', { 'f:spec': { 'f:maxReplicas': {} } }],
    ]);
  });

  it('of a status that is written in another version than the one that is kept', async () => {
    const { json } = await cluster.ask('GET', `${path('v1')}/h`);
    const body = JSON.stringify({ ...json, status: { currentReplicas: 1, desiredReplicas: 2 } });
    const answer = await cluster.ask('PUT', `${path('v1')}/h/status?fieldManager=four`, { body });
    expect(answer.json).toMatchObject({ apiVersion: 'autoscaling/v1', status: { desiredReplicas: 2 } });
    const { json: kept } = await cluster.ask('GET', `${path('v2')}/h`);
    expect(kept).toMatchObject({ apiVersion: 'autoscaling/v2', status: { currentReplicas: 1, desiredReplicas: 2 } });
    expect((await managers('v2')).slice(-1)).toMatchObject([['four', 'autoscaling/v1', {}]]);
  });
});
