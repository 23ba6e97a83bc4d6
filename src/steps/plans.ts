import type { AnyStepPlan } from '../plan/step-plan.ts';
import { addonPlan } from './addon/plan.ts';
import { certificatePlan } from './certificate/plan.ts';
import { clusterPlan } from './cluster/plan.ts';
import { databasePlan } from './database/plan.ts';
import { dnsPlan } from './dns/plan.ts';
import { gitopsAppPlan } from './gitops-app/plan.ts';
import { helmTestPlan } from './helm-test/plan.ts';
import { httpCheckPlan } from './http-check/plan.ts';
import { imagePlan } from './image/plan.ts';
import { keycloakPlan } from './keycloak/plan.ts';
import { namespacePlan } from './namespace/plan.ts';
import { pullSecretPlan } from './pull-secret/plan.ts';
import { releasePlan } from './release/plan.ts';
import { rolloutPlan } from './rollout/plan.ts';
import { secretPlan } from './secret/plan.ts';

/** Every step kind, its pure half, in the order in which a plan lists them. */
export const stepPlans: readonly AnyStepPlan[] = [
  clusterPlan,
  namespacePlan,
  imagePlan,
  secretPlan,
  pullSecretPlan,
  addonPlan,
  databasePlan,
  keycloakPlan,
  certificatePlan,
  dnsPlan,
  releasePlan,
  rolloutPlan,
  helmTestPlan,
  gitopsAppPlan,
  httpCheckPlan,
];
