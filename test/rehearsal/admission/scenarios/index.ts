import type { Scenario } from '../scenario.ts';
import { limits } from './limits.ts';
import { pods } from './pods.ts';
import { quotas } from './quotas.ts';
import { security } from './security.ts';

/** Scenarios by the file in which their recording is kept. */
export const scenarios: Record<string, readonly Scenario[]> = { limits, pods, quotas, security };
