import { join } from 'node:path';

/** Name of the context, the cluster and the user in the kubeconfig of a rehearsal. */
export const rehearsalContext = 'rehearsal';

/** JSON, which is YAML too. Holds the token: mode 0600. */
export function rehearsalKubeconfig({
  url,
  certificate,
  token,
}: {
  url: string;
  /** PEM */
  certificate: string;
  token: string;
}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': rehearsalContext,
    clusters: [{ name: rehearsalContext, cluster: { server: url, 'certificate-authority-data': base64(certificate) } }],
    users: [{ name: rehearsalContext, user: { token } }],
    contexts: [
      { name: rehearsalContext, context: { cluster: rehearsalContext, user: rehearsalContext, namespace: 'default' } },
    ],
  });
}

const base64 = (value: string) => Buffer.from(value).toString('base64');

/** Variables by which kubectl and helm would find another cluster, another namespace or another store of releases. */
const astray = /^(?:KUBE.*|KUBERNETES_.*|HELM_.*)$/;

/**
 * The environment of every tool of a rehearsal: it names this cluster alone. Caches are of this rehearsal too, since
 * kubectl keeps discovery by host and port, and ports come again.
 */
export function rehearsalEnvironment(
  environment: NodeJS.ProcessEnv,
  { kubeconfig, directory }: { kubeconfig: string; directory: string },
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !astray.test(name))),
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(directory, 'cache'),
    KUBERC: 'off',
    HELM_CACHE_HOME: join(directory, 'helm', 'cache'),
    HELM_CONFIG_HOME: join(directory, 'helm', 'config'),
    HELM_DATA_HOME: join(directory, 'helm', 'data'),
  };
}
