import type { Chance } from '../chance.ts';
import type { AdmissionPlugin } from './admission.ts';

export function createAdmission(_: { chance: Chance }): AdmissionPlugin[] {
  return [];
}
