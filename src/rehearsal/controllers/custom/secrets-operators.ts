import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { hasCondition } from '../conditions.ts';
import { controllerReference } from '../owners.ts';
import { base64, ensure, statusOf, writeStatus } from './custom-status.ts';
import { operatorController, type Advance } from './operator-controller.ts';

interface ExternalSecretSpec {
  secretStoreRef?: { name: string; kind?: string };
  target?: { name?: string; template?: { type?: string; data?: Record<string, string> } };
  data?: { secretKey: string }[];
  dataFrom?: object[];
  refreshInterval?: string;
}

const versions = ['external-secrets.io/v1', 'external-secrets.io/v1beta1'] as const;
/** What stands in the place of a value that only the real store has. */
const rehearsed = base64('REHEARSAL');

const store: Advance = (object, context) => {
  writeStatus(context, object, [{ type: 'Ready', status: 'True', reason: 'Valid', message: 'store validated' }], {
    capabilities: 'ReadWrite',
  });
  return undefined;
};

/** Stores are thought to be reachable, and every key to be in them: the values are not the real ones. */
export const externalSecretsController = (): Controller =>
  operatorController({
    name: 'external-secrets',
    operator: { 'app.kubernetes.io/name': 'external-secrets' },
    kinds: Object.fromEntries(
      versions.flatMap((version) => [
        [`${version} SecretStore`, store],
        [`${version} ClusterSecretStore`, store],
        [`${version} ExternalSecret`, fetchSecret],
      ]),
    ),
    follows: versions.flatMap((version) => [`${version} SecretStore`, `${version} ClusterSecretStore`] as const),
  });

function fetchSecret(external: StoredObject, context: ControllerContext): undefined {
  const { client, clock } = context;
  const { secretStoreRef, target, data = [], dataFrom = [] } = (external['spec'] ?? {}) as ExternalSecretSpec;
  const { namespace, name } = external.metadata;
  const { name: storeName = '', kind: storeKind = 'SecretStore' } = secretStoreRef ?? {};
  const found = client.get(
    `${external.apiVersion} ${storeKind}`,
    storeKind === 'ClusterSecretStore' ? undefined : namespace,
    storeName,
  );
  if (found === undefined || !hasCondition(statusOf(found).conditions ?? [], 'Ready')) {
    const why =
      found === undefined
        ? `could not get ${storeKind} "${storeName}", ${storeKind}.external-secrets.io "${storeName}" not found`
        : `the desired ${storeKind} ${storeName} is not ready`;
    writeStatus(context, external, [
      {
        type: 'Ready',
        status: 'False',
        reason: 'SecretSyncedError',
        message: 'could not get secret data from provider',
      },
    ]);
    client.event(external, {
      type: 'Warning',
      reason: 'UpdateFailed',
      message: `error processing spec.data[0], err: ${why}`,
    });
    return undefined;
  }
  const keys = [
    ...data.map(({ secretKey }) => secretKey),
    ...Object.keys(target?.template?.data ?? {}),
    ...(dataFrom.length > 0 && data.length === 0 ? ['value'] : []),
  ];
  const secretName = target?.name ?? name;
  ensure(client, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
      ownerReferences: [controllerReference(external)],
    },
    type: target?.template?.type ?? 'Opaque',
    data: Object.fromEntries(keys.map((key) => [key, rehearsed])),
  });
  if (!hasCondition(statusOf(external).conditions ?? [], 'Ready'))
    client.event(external, { type: 'Normal', reason: 'Created', message: 'secret created' });
  const fetched = statusOf(external)['refreshTime'] ?? clock.timestamp();
  writeStatus(
    context,
    external,
    [{ type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' }],
    {
      binding: { name: secretName },
      refreshTime: fetched,
      syncedResourceVersion: `${external.metadata.generation ?? 1}-rehearsal`,
    },
  );
  return undefined;
}

/** Unseals into Secrets with the right keys; only the real controller has the key to the values. */
export const sealedSecretsController = (): Controller =>
  operatorController({
    name: 'sealed-secrets',
    operator: { 'app.kubernetes.io/name': 'sealed-secrets' },
    kinds: {
      'bitnami.com/v1alpha1 SealedSecret': (sealed, context) => {
        const { encryptedData = {}, template } = (sealed['spec'] ?? {}) as {
          encryptedData?: Record<string, string>;
          template?: {
            type?: string;
            metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
          };
        };
        const { namespace, name } = sealed.metadata;
        const isNew = context.client.get('v1 Secret', namespace, name) === undefined;
        ensure(context.client, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: {
            ...template?.metadata,
            name,
            ...(namespace === undefined ? {} : { namespace }),
            ownerReferences: [controllerReference(sealed)],
          },
          type: template?.type ?? 'Opaque',
          data: Object.fromEntries(Object.keys(encryptedData).map((key) => [key, rehearsed])),
        });
        writeStatus(
          context,
          sealed,
          [{ type: 'Synced', status: 'True' }],
          sealed.metadata.generation === undefined ? {} : { observedGeneration: sealed.metadata.generation },
        );
        if (isNew)
          context.client.event(sealed, {
            type: 'Normal',
            reason: 'Unsealed',
            message: 'SealedSecret unsealed successfully',
          });
        return undefined;
      },
    },
  });
