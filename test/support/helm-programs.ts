import { kubernetesTools } from './kubernetes-tools.ts';

/** Set by CI to a Helm 3; the tests of Helm 4 run anywhere. */
const helm3 = process.env['DEPLOY_WIZARD_TEST_HELM3'];

/** The helms to test with. Use as `describe.each(helmPrograms)`, with `describe.skipIf(!isThere)`. */
export const helmPrograms: { name: string; isThere: boolean; program(): Promise<string> }[] = [
  { name: 'Helm 4', isThere: true, program: async () => (await kubernetesTools()).helm },
  {
    name: helm3 === undefined ? 'Helm 3 (skipped: DEPLOY_WIZARD_TEST_HELM3 names none)' : 'Helm 3',
    isThere: helm3 !== undefined,
    program: () => Promise.resolve(helm3 ?? ''),
  },
];
