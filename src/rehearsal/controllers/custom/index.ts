import type { Registry } from '../../api/registry.ts';
import type { Controller } from '../controller.ts';
import { applicationController } from './argo-cd.ts';
import { argoCdSecrets } from './argo-cd-secrets.ts';
import { certificateRequestControllers, type CertificateOptions } from './certificate-requests.ts';
import { certificateControllers } from './certificates.ts';
import { cloudNativePgController } from './cloud-native-pg.ts';
import { gatewayControllers } from './gateways.ts';
import { issuersController } from './issuers.ts';
import { keycloakController } from './keycloak.ts';
import { catalogController } from './operator-catalogs.ts';
import { serviceVersionController } from './operator-versions.ts';
import { packageServerController } from './package-manifests.ts';
import { externalSecretsController, sealedSecretsController } from './secrets-operators.ts';

export interface CustomControllerOptions {
  certificates: CertificateOptions;
}

interface OperatorControllers {
  user: string;
  /** Name in managedFields; without it each controller writes under its own. */
  fieldManager?: string;
  controllers: readonly Controller[];
}

/** The controllers of add-ons; each acts only while the add-on's own Deployment is available. */
export function operatorControllers(
  registry: Registry,
  { certificates }: CustomControllerOptions,
): OperatorControllers[] {
  const of = (namespace: string, account: string, controllers: readonly Controller[]): OperatorControllers => ({
    user: `system:serviceaccount:${namespace}:${account}`,
    fieldManager: account,
    controllers,
  });
  return [
    {
      user: 'system:serviceaccount:cert-manager:cert-manager',
      controllers: [
        issuersController('Issuer'),
        issuersController('ClusterIssuer'),
        ...certificateControllers,
        ...certificateRequestControllers(certificates),
      ],
    },
    of('olm', 'olm-operator-serviceaccount', [
      catalogController(),
      serviceVersionController(),
      packageServerController(registry),
    ]),
    of('keycloak', 'keycloak-operator', [keycloakController()]),
    of('gateway-system', 'gateway-controller', gatewayControllers),
    of('argocd', 'argocd-application-controller', [applicationController(), argoCdSecrets()]),
    of('cnpg-system', 'cnpg-manager', [cloudNativePgController()]),
    of('external-secrets', 'external-secrets', [externalSecretsController()]),
    of('kube-system', 'sealed-secrets-controller', [sealedSecretsController()]),
  ];
}
