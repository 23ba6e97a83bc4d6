import { apply, create, step, template, type Scenario, type Step } from './step.ts';

export const autoscaler: Scenario = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  name: 'sizes',
  steps: [
    apply('create an autoscaler by apply', 'helm', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    }),
    step(
      'update in the older version',
      'PATCH',
      'merge-patch',
      'kubectl-autoscale',
      { spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 70 } },
      { apiVersion: 'autoscaling/v1', hasDefaults: true },
    ),
    apply('apply in the newer version conflicts with it', 'helm', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        minReplicas: 2,
        maxReplicas: 3,
      },
    }),
    apply(
      'and takes it by force',
      'helm',
      {
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
          minReplicas: 2,
          maxReplicas: 3,
        },
      },
      { force: true, hasDefaults: true },
    ),
  ],
};

const scale = (name: string, manager: string, replicas: number) =>
  step(name, 'PATCH', 'merge-patch', manager, { spec: { replicas } }, { subresource: 'scale' });

const applyScale = (name: string, manager: string, replicas: number, more: Partial<Step> = {}) =>
  apply(
    name,
    manager,
    { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas } },
    { subresource: 'scale', ...more },
  );

export const scaled: Scenario = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  name: 'scaled',
  steps: [
    create(
      'create one that makes no replicas because it is paused',
      'kubectl-create',
      {
        spec: { paused: true, replicas: 2, selector: { matchLabels: { app: 'scaled' } }, template: template('scaled') },
      },
      { hasDefaults: true },
    ),
    scale('scale to another number', 'kubectl-scale', 3),
    scale('scale again by another client', 'autoscaler', 4),
    applyScale('apply of the scale conflicts', 'gitops', 5),
    applyScale('apply of the scale by force', 'gitops', 5, { force: true }),
    apply('apply of the number shares it', 'helm', { spec: { replicas: 5 } }),
    scale('scale to nothing: nobody has the number any more', 'kubectl-scale', 0),
  ],
};

export const rescaled: Scenario = {
  ...scaled,
  name: 'rescaled',
  steps: [
    create(
      'create one that makes no replicas because it is paused',
      'kubectl-create',
      {
        spec: { paused: true, replicas: 2, selector: { matchLabels: { app: 'scaled' } }, template: template('scaled') },
      },
      { hasDefaults: true },
    ),
    scale('scale to the same number', 'kubectl-scale', 2),
    scale('and again', 'kubectl-scale', 3),
    applyScale('apply of the number that is there', 'gitops', 3),
  ],
};
