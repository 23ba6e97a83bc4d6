import { casesOf, changesOf } from '../../kinds/case.ts';
import { claim, pod } from '../../kinds/cases/bases.ts';
import { object, podOf, type Scenario } from '../scenario.ts';

const range = (name: string, ...limits: object[]) => object('v1', 'LimitRange', name, { spec: { limits } });
const resources = 'spec/containers/0/resources';

export const limits: Scenario[] = [
  {
    name: 'limits by default',
    objects: [
      range('bounds', {
        type: 'Container',
        default: { cpu: '500m', memory: '256Mi' },
        defaultRequest: { cpu: '100m', memory: '64Mi' },
      }),
    ],
    cases: casesOf(pod, {
      'nothing stated': {},
      'request stated': { [resources]: { requests: { cpu: '200m' } } },
      'limit stated': { [resources]: { limits: { memory: '1Gi' } } },
      'everything stated': {
        [resources]: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
      },
      'request above the limit by default': { [resources]: { requests: { cpu: '2' } } },
      'two containers and one to start': {
        'spec/containers/1': { name: 'side', image: 'a:1' },
        'spec/initContainers': [{ name: 'init', image: 'a:1' }],
      },
      'annotations of its own': { 'metadata/annotations': { a: 'b' } },
    }),
  },
  {
    name: 'bounds of containers and pods',
    objects: [
      range(
        'bounds',
        {
          type: 'Container',
          min: { cpu: '50m', memory: '16Mi' },
          max: { cpu: '1', memory: '1Gi' },
          maxLimitRequestRatio: { cpu: '4' },
        },
        { type: 'Pod', max: { memory: '1536Mi' } },
      ),
    ],
    cases: casesOf(pod, {
      'nothing stated': {},
      'too little': { [resources]: { requests: { cpu: '10m', memory: '1Mi' }, limits: { cpu: '20m', memory: '2Mi' } } },
      'too much': { [resources]: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } } },
      'ratio too high': {
        [resources]: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '900m', memory: '64Mi' } },
      },
      'two together too much': {
        [resources]: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '500m', memory: '1Gi' } },
        'spec/containers/1': podOfOne(),
      },
      'request alone': { [resources]: { requests: { cpu: '100m' } } },
    }),
  },
  {
    name: 'bounds without defaults',
    objects: [range('bounds', { type: 'Pod', min: { cpu: '100m' }, maxLimitRequestRatio: { memory: '2' } })],
    cases: casesOf(pod, {
      'nothing stated': {},
      'limit alone': { [resources]: { limits: { cpu: '50m', memory: '1Gi' } } },
      'ratio too high': { [resources]: { requests: { cpu: '1', memory: '100Mi' }, limits: { memory: '250Mi' } } },
    }),
  },
  {
    name: 'bounds of claims',
    objects: [range('bounds', { type: 'PersistentVolumeClaim', min: { storage: '2Gi' }, max: { storage: '10Gi' } })],
    cases: casesOf(claim, {
      'too small': {},
      'too large': { 'spec/resources/requests/storage': '11Gi' },
      fine: { 'spec/resources/requests/storage': '5Gi' },
    }),
  },
  {
    name: 'two ranges',
    objects: [
      range('a', { type: 'Container', default: { cpu: '500m' } }),
      range('b', { type: 'Container', default: { cpu: '900m', memory: '1Gi' }, max: { memory: '2Gi' } }),
    ],
    // Which comes first is up to the server, so nothing here is said by both.
    cases: casesOf(pod, { 'too much': { [resources]: { limits: { memory: '3Gi' } } } }),
  },
  {
    name: 'claims that grow',
    objects: [],
    cases: changesOf(claim, { 'one that is not bound': { 'spec/resources/requests/storage': '5Gi' } }),
  },
];

function podOfOne() {
  const { spec } = podOf('x', {}) as { spec: { containers: object[] } };
  return {
    ...spec.containers[0],
    name: 'side',
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '500m', memory: '1Gi' } },
  };
}
