import { defineStep } from '../../engine/step.ts';
import { checkSecret, undoSecret, writeSecret, type SecretObject } from '../secret/object.ts';
import type { SecretKey } from '../secret/plan.ts';
import { pullSecretPlan } from './plan.ts';

const configKey = '.dockerconfigjson';

export const pullSecretStep = defineStep(pullSecretPlan, {
  check: (params, context) => checkSecret(wanted(params), context),
  run: (params, context) => writeSecret(wanted(params), context),
  undo: undoSecret,
});

function wanted(params: { name: string; namespace: string; registry: string; keys: unknown }): SecretObject {
  return {
    name: params.name,
    namespace: params.namespace,
    type: 'kubernetes.io/dockerconfigjson',
    keys: params.keys as SecretKey[],
    content: ({ username = '', password = '' }) => ({
      [configKey]: dockerConfig(params.registry, username, password),
    }),
    values: (data) => loginIn(data[configKey], params.registry),
  };
}

/** Nothing where the Secret is another's, or was edited by hand. */
function loginIn(text: string | undefined, registry: string): Record<string, string> {
  try {
    const { auths } = JSON.parse(text ?? '{}') as { auths?: Record<string, { username?: string; password?: string }> };
    const { username, password } = auths?.[registry] ?? {};
    return {
      ...(typeof username === 'string' ? { username } : {}),
      ...(typeof password === 'string' ? { password } : {}),
    };
  } catch {
    return {}; // Not JSON: whatever is wanted is written anew, or asked for.
  }
}

/** Kubernetes documentation, "Pull an Image from a Private Registry": the form that `docker login` writes. */
function dockerConfig(registry: string, username: string, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [registry]: { username, password, auth } } });
}
