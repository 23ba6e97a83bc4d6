import type { Controller } from '../controller.ts';
import { templateHash } from '../workloads/template-hash.ts';
import { statusOf, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';

interface ApplicationSpec {
  project?: string;
  source?: { repoURL: string; targetRevision?: string; path?: string };
  destination: object;
  syncPolicy?: { automated?: object };
}

/** Milliseconds that reading the repository and applying it take. */
const comparing = 2000;
const syncing = 5000;

/**
 * Applications become Synced and Healthy as if their repository held what runs: nothing is read from Git and nothing is
 * applied, since a rehearsal reaches no network. Without an automated policy or an operation they stay OutOfSync.
 */
export const applicationController = (): Controller =>
  operatorController({
    name: 'argocd-application-controller',
    operator: { 'app.kubernetes.io/name': 'argocd-server' },
    kinds: {
      'argoproj.io/v1alpha1 Application': (application, context) => {
        const { client, clock } = context;
        const spec = application['spec'] as ApplicationSpec;
        const status = statusOf(application);
        const age = clock.now() - Date.parse(application.metadata.creationTimestamp);
        if (age < comparing) return comparing - age;
        const time = clock.timestamp();
        const revision = Buffer.from(templateHash(spec.source ?? {}, undefined).padEnd(20, '0'))
          .toString('hex')
          .slice(0, 40);
        const comparedTo = {
          destination: spec.destination,
          ...(spec.source === undefined ? {} : { source: spec.source }),
        };
        const sync = (state: string) => ({ status: state, revision, comparedTo });
        const operation = application['operation'] as object | undefined;
        const state = status['operationState'] as { phase: string; startedAt: string } | undefined;
        if (status['sync'] === undefined)
          writeStatus(context, application, [], {
            sync: sync('OutOfSync'),
            health: { status: 'Missing', lastTransitionTime: time },
            reconciledAt: time,
            resources: [],
            sourceType: 'Directory',
          });
        const wantsSync = operation !== undefined || (spec.syncPolicy?.automated !== undefined && state === undefined);
        const latest =
          client.get('argoproj.io/v1alpha1 Application', application.metadata.namespace, application.metadata.name) ??
          application;
        if (wantsSync && state?.phase !== 'Running') {
          const { operation: _, ...rest } = latest;
          const started = operation === undefined ? latest : client.update(rest as typeof latest);
          writeStatus(context, started, [], {
            operationState: {
              phase: 'Running',
              startedAt: time,
              operation: operation ?? { sync: { revision } },
              message: 'waiting for completion of hook',
            },
          });
          return syncing;
        }
        if (state?.phase !== 'Running') return undefined;
        const left = Date.parse(state.startedAt) + syncing - clock.now();
        if (left > 0) return left;
        writeStatus(context, latest, [], {
          operationState: {
            ...state,
            phase: 'Succeeded',
            message: 'successfully synced (all tasks run)',
            finishedAt: time,
            syncResult: { revision, resources: [], ...(spec.source === undefined ? {} : { source: spec.source }) },
          },
          sync: sync('Synced'),
          health: { status: 'Healthy', lastTransitionTime: time },
          reconciledAt: time,
        });
        client.event(application, {
          type: 'Normal',
          reason: 'OperationCompleted',
          message: `Sync operation to ${revision} succeeded`,
        });
        return undefined;
      },
    },
  });
