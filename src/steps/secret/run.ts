import { defineStep } from '../../engine/step.ts';
import { checkSecret, secretsOf, undoSecret, writeSecret, type SecretObject } from './object.ts';
import { secretPlan, type SecretKey } from './plan.ts';

export const secretStep = defineStep(secretPlan, {
  check: (params, context) => checkSecret(wanted(params), context),
  run: (params, context) => writeSecret(wanted(params), context),
  secrets: (params, context) => secretsOf(wanted(params), context),
  undo: undoSecret,
});

function wanted(params: { name: string; namespace: string; type: string; keys: unknown }): SecretObject {
  return { ...params, keys: params.keys as SecretKey[], content: (values) => values, values: (data) => data };
}
