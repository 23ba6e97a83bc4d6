import { casesOf, changesOf, type Case } from '../case.ts';
import * as base from './bases.ts';

const container = { name: 'web', image: 'registry.example/web:1' };

export const workloadCases: Case[] = [
  ...casesOf(base.deployment, {
    'as small as possible': {},
    'no replicas given': { 'spec/replicas': undefined },
    recreate: { 'spec/strategy': { type: 'Recreate' } },
    'recreate with numbers': { 'spec/strategy': { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    'strategy unknown': { 'spec/strategy': { type: 'Slowly' } },
    'rolling by numbers': { 'spec/strategy': { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } },
    'rolling by nothing': { 'spec/strategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
    'rolling by too much': { 'spec/strategy': { rollingUpdate: { maxSurge: 'many', maxUnavailable: '120%' } } },
    'negative numbers': {
      'spec/replicas': -1,
      'spec/minReadySeconds': -1,
      'spec/revisionHistoryLimit': -1,
      'spec/progressDeadlineSeconds': -1,
    },
    'deadline before readiness': { 'spec/minReadySeconds': 60, 'spec/progressDeadlineSeconds': 60 },
    'no selector': { 'spec/selector': undefined },
    'empty selector': { 'spec/selector': {} },
    'selector of others': { 'spec/selector': { matchLabels: { app: 'other' } } },
    'selector by expressions': {
      'spec/selector': { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    },
    'selector that is none': { 'spec/selector': { matchExpressions: [{ key: 'a b', operator: 'In' }] } },
    'selector with values that are none': { 'spec/selector': { matchLabels: { app: 'we b' } } },
    'no labels': { 'spec/template/metadata': undefined },
    'template without containers': { 'spec/template/spec/containers': [] },
    'pods that end': { 'spec/template/spec/restartPolicy': 'Never', 'spec/template/spec/activeDeadlineSeconds': 5 },
    'template labels that are none': { 'spec/template/metadata/labels': { app: 'web', 'a b': 'c' } },
    'mount of nothing': {
      'spec/template/spec/containers': [{ ...container, volumeMounts: [{ name: 'x', mountPath: '/x' }] }],
    },
    'init containers of templates': { 'spec/template/spec/initContainers': [{ name: 'first', image: 'a' }] },
    'account of templates': { 'spec/template/spec/serviceAccountName': 'someone' },
    'host network of templates': {
      'spec/template/spec/hostNetwork': true,
      'spec/template/spec/containers': [{ ...container, ports: [{ containerPort: 80 }] }],
    },
    'name too long': { 'metadata/name': 'x'.repeat(254) },
    'name that is none': { 'metadata/name': 'a_b' },
    'no name': { 'metadata/name': undefined },
    'duplicate variables are warned of': {
      'spec/template/spec/containers': [
        {
          ...container,
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        },
      ],
    },
  }),
  ...changesOf(base.deployment, {
    selector: { 'spec/selector': { matchLabels: { app: 'other' } } },
    replicas: { 'spec/replicas': 3 },
    template: { 'spec/template/spec/containers/0/image': 'b:2' },
    'name of a label': { 'metadata/labels': { 'a b': 'x' } },
    'replicas below zero': { 'spec/replicas': -3 },
    'finalizer that is none': { 'metadata/finalizers': ['x'] },
  }),
  ...casesOf(base.replicaSet, {
    'as small as possible': {},
    'empty selector': { 'spec/selector': {} },
    'pods that end': { 'spec/template/spec/restartPolicy': 'Never' },
  }),
  ...casesOf(base.statefulSet, {
    'as small as possible': {},
    'no service': { 'spec/serviceName': undefined },
    'service name that is none': { 'spec/serviceName': 'A.b' },
    claims: {
      'spec/volumeClaimTemplates': [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
      'spec/template/spec/containers': [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    },
    'claims without what they need': {
      'spec/volumeClaimTemplates': [{ metadata: { name: 'data' }, spec: { volumeMode: 'Tape' } }],
    },
    parallel: { 'spec/podManagementPolicy': 'Parallel', 'spec/updateStrategy': { type: 'OnDelete' } },
    'policies unknown': {
      'spec/podManagementPolicy': 'Random',
      'spec/updateStrategy': { type: 'Never' },
      'spec/persistentVolumeClaimRetentionPolicy': { whenDeleted: 'Burn' },
    },
    'on delete with a partition': { 'spec/updateStrategy': { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
    'negative numbers': {
      'spec/replicas': -1,
      'spec/updateStrategy': { rollingUpdate: { partition: -1 } },
      'spec/ordinals': { start: -1 },
    },
    'empty selector': { 'spec/selector': {} },
    'name with a dot': { 'metadata/name': 'a.b' },
  }),
  ...changesOf(base.statefulSet, {
    service: { 'spec/serviceName': 'other' },
    'template and replicas': { 'spec/replicas': 1, 'spec/template/spec/containers/0/image': 'b:2' },
    selector: { 'spec/selector': { matchLabels: { app: 'other' } } },
    claims: {
      'spec/volumeClaimTemplates': [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }),
  ...casesOf(base.daemonSet, {
    'as small as possible': {},
    'surge and unavailable': { 'spec/updateStrategy': { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
    neither: { 'spec/updateStrategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
    'strategy unknown': { 'spec/updateStrategy': { type: 'Slowly' } },
    'empty selector': { 'spec/selector': {} },
    'selector of others': { 'spec/selector': { matchLabels: { app: 'other' } } },
    'on delete': { 'spec/updateStrategy': { type: 'OnDelete' } },
  }),
  ...changesOf(base.daemonSet, {
    selector: { 'spec/selector': { matchLabels: { app: 'other' } } },
    template: { 'spec/template/spec/containers/0/image': 'b:2' },
  }),
  ...casesOf(base.job, {
    'as small as possible': {},
    'labels of its pods': { 'spec/template/metadata': { labels: { app: 'web' } } },
    'labels of its own': { 'metadata/labels': { a: 'b' }, 'spec/template/metadata': { labels: { app: 'web' } } },
    'restart always': { 'spec/template/spec/restartPolicy': 'Always' },
    'restart unknown': { 'spec/template/spec/restartPolicy': 'Sometimes' },
    'no restart policy': { 'spec/template/spec/restartPolicy': undefined },
    many: { 'spec/completions': 5, 'spec/parallelism': 2 },
    'negative numbers': {
      'spec/completions': -5,
      'spec/parallelism': -2,
      'spec/backoffLimit': -1,
      'spec/ttlSecondsAfterFinished': -1,
      'spec/activeDeadlineSeconds': -1,
    },
    indexed: { 'spec/completionMode': 'Indexed', 'spec/completions': 3, 'spec/backoffLimitPerIndex': 1 },
    'indexed without completions': { 'spec/completionMode': 'Indexed', 'spec/parallelism': 2 },
    'limit per index without indexes': { 'spec/backoffLimitPerIndex': 1, 'spec/maxFailedIndexes': 1 },
    'completion mode unknown': { 'spec/completionMode': 'Random' },
    'selector of its own': { 'spec/selector': { matchLabels: { a: 'b' } } },
    'manual selector': {
      'spec/manualSelector': true,
      'spec/selector': { matchLabels: { app: 'web' } },
      'spec/template/metadata': { labels: { app: 'web' } },
    },
    'manual selector without one': { 'spec/manualSelector': true },
    'failure policy': {
      'spec/podFailurePolicy': {
        rules: [
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 2] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        ],
      },
    },
    'failure policy that is none': {
      'spec/podFailurePolicy': {
        rules: [
          { action: 'Cry' },
          { action: 'FailJob', onExitCodes: { operator: 'In', values: [2, 0, 2], containerName: 'none' } },
        ],
      },
    },
    'success policy without indexes': { 'spec/successPolicy': { rules: [{ succeededCount: 1 }] } },
    'success policy': {
      'spec/completionMode': 'Indexed',
      'spec/completions': 3,
      'spec/successPolicy': { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
    },
    'success policy that is none': {
      'spec/completionMode': 'Indexed',
      'spec/completions': 3,
      'spec/successPolicy': { rules: [{ succeededIndexes: '0-7', succeededCount: 9 }, {}] },
    },
    'managed by someone': { 'spec/managedBy': 'example.com/them' },
    'managed by nobody': { 'spec/managedBy': 'them' },
    'replacement policy unknown': { 'spec/podReplacementPolicy': 'Never' },
    'name too long': { 'metadata/name': `a${'x'.repeat(63)}` },
  }),
  ...changesOf(base.job, {
    image: { 'spec/template/spec/containers/0/image': 'b:2' },
    completions: { 'spec/completions': 2 },
    parallelism: { 'spec/parallelism': 2 },
    mode: { 'spec/completionMode': 'Indexed' },
    'where its pods run': { 'spec/template/spec/nodeSelector': { a: 'b' } },
    selector: { 'spec/selector': { matchLabels: { a: 'b' } } },
    resumed: { 'spec/suspend': false, 'spec/parallelism': 0 },
  }),
  ...casesOf(base.cronJob, {
    'as small as possible': {},
    'no schedule': { 'spec/schedule': '' },
    'schedule of words': { 'spec/schedule': 'every day' },
    'schedule with six fields': { 'spec/schedule': '* * * * * *' },
    'schedule out of range': { 'spec/schedule': '61 * * * *' },
    'schedule below range': { 'spec/schedule': '* * 0 * *' },
    'schedule backwards': { 'spec/schedule': '5-1 * * * *' },
    'schedule with names': { 'spec/schedule': '0 9 * jan-mar MON-FRI' },
    'schedule by name': { 'spec/schedule': '@hourly' },
    'schedule by unknown name': { 'spec/schedule': '@sometimes' },
    'schedule with letters': { 'spec/schedule': 'a * * * *' },
    'step of nothing': { 'spec/schedule': '*/0 * * * *' },
    'schedule with a zone': { 'spec/schedule': 'TZ=UTC * * * * *' },
    'time zone': { 'spec/timeZone': 'Europe/Berlin' },
    'time zone unknown': { 'spec/timeZone': 'Moon/Base' },
    'time zone empty': { 'spec/timeZone': '' },
    'time zone local': { 'spec/timeZone': 'Local' },
    'concurrency unknown': { 'spec/concurrencyPolicy': 'Maybe' },
    'negative numbers': {
      'spec/startingDeadlineSeconds': -1,
      'spec/successfulJobsHistoryLimit': -1,
      'spec/failedJobsHistoryLimit': -1,
    },
    'restart always': { 'spec/jobTemplate/spec/template/spec/restartPolicy': 'Always' },
    'name of 53 characters': { 'metadata/name': 'x'.repeat(53) },
    'selector of its jobs': {
      'spec/jobTemplate/spec/selector': { matchLabels: { a: 'b' } },
      'spec/jobTemplate/spec/manualSelector': true,
    },
  }),
  ...changesOf(base.cronJob, {
    schedule: { 'spec/schedule': '0 0 * * *' },
    'schedule that is none': { 'spec/schedule': 'x' },
  }),
  ...casesOf(base.replicationController, {
    'as small as possible': {},
    'selector of others': { 'spec/selector': { app: 'other' } },
    'no template': { 'spec/template': undefined },
  }),
  ...casesOf(base.podTemplate, {
    'as small as possible': {},
    'without containers': { 'template/spec/containers': [] },
  }),
  ...casesOf(base.controllerRevision, {
    'as small as possible': {},
    'no data': { data: undefined },
    'negative revision': { revision: -1 },
  }),
  ...changesOf(base.controllerRevision, { data: { data: { a: 2 } } }),
];
