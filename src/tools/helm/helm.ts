import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { CommandOptions } from '../shell/run.ts';

export interface ReleaseRequest {
  name: string;
  namespace: string;
  /** Absolute folder of a chart, `oci://` reference, or chart name with `repo`. */
  chart: string;
  repo?: string;
  version?: string;
  /** Absolute paths. */
  values: string[];
  /** Dotted key (a dot inside a name is written `\.`) to value, given by `--set-string` (text), `--set` (whole numbers) or `--set-json` (anything else). */
  set: Record<string, string | number | boolean | null | object>;
}

/** One document of a rendered chart and where it comes from. */
export interface RenderedObject {
  object: KubernetesObject;
  /** `backend/templates/deployment.yaml`, from Helm's `# Source:` line. */
  source: string;
}

export interface ReleaseStatus {
  name: string;
  namespace: string;
  revision: number;
  /** deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling, superseded. */
  status: string;
}

/** Helm 3 (3.13 or newer) or Helm 4, bound to one context. */
export interface Helm {
  /** Major version: flags differ. */
  major: 3 | 4;
  version: string;
  upgradeArgv(request: ReleaseRequest): string[];
  /**
   * `helm template` with the cluster's version and API versions when known. Objects in order of the output, hooks left
   * out; `crds`: with those of the chart's folder `crds`, which an upgrade never touches.
   */
  render(
    request: ReleaseRequest,
    options?: { kubeVersion?: string; apiVersions?: string[]; crds?: boolean },
  ): Promise<RenderedObject[]>;
  /** `helm lint` of a chart in a folder; nothing for charts of a repository. */
  lint(request: ReleaseRequest): Promise<void>;
  upgrade(argv: readonly string[], options?: CommandOptions): Promise<void>;
  status(name: string, namespace: string): Promise<ReleaseStatus | undefined>;
  /** Objects of the deployed manifest, hooks left out. */
  manifest(name: string, namespace: string): Promise<KubernetesObject[]>;
  rollbackArgv(name: string, namespace: string, revision: number): string[];
  testArgv(name: string, namespace: string): string[];
  test(argv: readonly string[], options?: CommandOptions): Promise<void>;
  /** Waits until its objects are gone, `timeout` seconds, 300 unless told; nothing when there is no such release. */
  uninstall(name: string, namespace: string, options?: CommandOptions): Promise<void>;
}
