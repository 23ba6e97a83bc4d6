import type { FieldErrors } from '../field-errors.ts';
import { identity } from '../names.ts';
import { checkDescending } from '../paths.ts';
import type { PodSecurityContext, PodSpec, Profile, SecurityContext } from './types.ts';

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccomp(errors: FieldErrors, path: string, profile: Profile | undefined): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  if (type === '') errors.required(`${path}.type`, 'type is required when seccompProfile is set');
  else if (!profileTypes.includes(type)) errors.notSupported(`${path}.type`, type, profileTypes);
  if (type === 'Localhost') {
    if (localhostProfile === undefined)
      errors.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost');
    else checkDescending(errors, `${path}.localhostProfile`, localhostProfile);
  } else if (localhostProfile !== undefined)
    errors.invalidText(
      `${path}.localhostProfile`,
      JSON.stringify({ Type: type, LocalhostProfile: localhostProfile }),
      'can only be set when seccomp type is Localhost',
    );
}

function checkAppArmor(errors: FieldErrors, path: string, profile: Profile | undefined): void {
  if (profile === undefined) return;
  const { type = '', localhostProfile } = profile;
  const needed = 'must be set when AppArmor type is Localhost';
  if (type === 'Localhost') {
    if (localhostProfile === undefined || localhostProfile === '') errors.required(`${path}.localhostProfile`, needed);
    else if (localhostProfile.trim() !== localhostProfile)
      errors.invalid(`${path}.localhostProfile`, localhostProfile, 'must not be padded with whitespace');
    if ((localhostProfile ?? '').length > 4095) errors.tooLong(`${path}.localhostProfile`, 4095);
  } else if (type === '') errors.required(`${path}.type`, 'type is required when appArmorProfile is set');
  else if (!profileTypes.includes(type)) errors.notSupported(`${path}.type`, type, profileTypes);
  else if (localhostProfile !== undefined)
    errors.invalid(`${path}.localhostProfile`, localhostProfile, 'can only be set when AppArmor type is Localhost');
}

function checkIdentity(errors: FieldErrors, path: string, id: number | undefined): void {
  if (id !== undefined) errors.each(path, id, identity(id));
}

/** Security context of a container (`ValidateSecurityContext`). */
export function checkSecurityContext(
  errors: FieldErrors,
  path: string,
  context: SecurityContext | undefined,
  usesHostUsers: boolean,
): void {
  if (context === undefined) return;
  checkIdentity(errors, `${path}.runAsUser`, context.runAsUser);
  checkIdentity(errors, `${path}.runAsGroup`, context.runAsGroup);
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked')
      errors.notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked']);
    if (usesHostUsers && procMount === 'Unmasked')
      errors.invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  if (allowPrivilegeEscalation === false) {
    const text = goSecurityContext(context);
    if (privileged === true)
      errors.invalidText(path, text, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
    if (capabilities?.add?.includes('CAP_SYS_ADMIN') === true)
      errors.invalidText(
        path,
        text,
        'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
      );
  }
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
}

/** The internal struct as the server prints it, with the names of its Go fields (pkg/apis/core/types.go). */
function goSecurityContext(context: SecurityContext): string {
  const { capabilities: c, seLinuxOptions: s, seccompProfile: p, appArmorProfile: a } = context;
  const fields = context as Record<string, unknown>;
  const plain = (name: string) => fields[name] ?? null;
  const profile = (value: Profile | undefined) =>
    value === undefined ? null : { Type: value.type, LocalhostProfile: value.localhostProfile ?? null };
  return JSON.stringify({
    Capabilities: c === undefined ? null : { Add: c.add ?? null, Drop: c.drop ?? null },
    Privileged: plain('privileged'),
    SELinuxOptions: s === undefined ? null : s,
    WindowsOptions: plain('windowsOptions'),
    RunAsUser: plain('runAsUser'),
    RunAsGroup: plain('runAsGroup'),
    RunAsNonRoot: plain('runAsNonRoot'),
    ReadOnlyRootFilesystem: plain('readOnlyRootFilesystem'),
    AllowPrivilegeEscalation: plain('allowPrivilegeEscalation'),
    ProcMount: plain('procMount'),
    SeccompProfile: profile(p),
    AppArmorProfile: profile(a),
  });
}

const sysctl = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** Security context of a pod (`validatePodSpecSecurityContext`). */
export function checkPodSecurityContext(
  errors: FieldErrors,
  path: string,
  context: PodSecurityContext | undefined,
  spec: PodSpec,
): void {
  if (context === undefined) return;
  checkIdentity(errors, `${path}.fsGroup`, context.fsGroup);
  checkIdentity(errors, `${path}.runAsUser`, context.runAsUser);
  checkIdentity(errors, `${path}.runAsGroup`, context.runAsGroup);
  for (const [index, group] of (context.supplementalGroups ?? []).entries())
    checkIdentity(errors, `${path}.supplementalGroups[${index}]`, group);
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled');
  const names = new Set<string>();
  for (const [index, { name = '' }] of (context.sysctls ?? []).entries()) {
    const at = `${path}.sysctls[${index}].name`;
    if (name === '') errors.required(at);
    else if (name.length > 253 || !sysctl.test(name))
      errors.invalid(
        at,
        name,
        `must have at most 253 characters and match regex ${sysctl.source.replace('[./]', '[\\./]')}`,
      );
    else if (names.has(name)) errors.duplicate(at, name);
    names.add(name);
  }
  errors.oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], true);
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
  errors.oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict'], true);
  errors.oneOf(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['MountOption', 'Recursive'], true);
}
