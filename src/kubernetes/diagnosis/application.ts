import type { Pod } from '../rollout/shapes.ts';
import { containersOf, lastEnd, type PodContainer } from '../rollout/containers.ts';
import { instant } from '../rollout/times.ts';
import { again, ends, often } from './crash.ts';
import {
  groupsOf,
  knownFailures,
  type Fatal,
  type Finding,
  type KnownFailure,
  type Reference,
} from './known-failure.ts';
import { lastMatch, logText } from './log-lines.ts';
import { inContainers, kubectl, type Scene } from './scene.ts';

/** What the log of a container that ended, or does not become ready, says of the reason. Only such logs are handed in. */
function said(scene: Scene, pattern: RegExp, concerns?: (variable: string) => boolean): Finding | undefined {
  return inContainers(scene, (container, pod) => {
    const lines = scene.logs[`${pod.metadata.name}/${container.spec.name}`] ?? [];
    const match = lastMatch(lines, pattern);
    if (match === undefined || container.status?.ready === true) return undefined;
    const setting = concerns === undefined ? undefined : settingOf(container, concerns);
    return {
      object: pod,
      container,
      message: match.input,
      names: { container: container.spec.name, image: container.spec.image, ...groupsOf(match) },
      evidence: [logText(match.input), ...history(pod, container)],
      field: setting?.field ?? container.path,
      ...(setting?.reference === undefined ? {} : { reference: setting.reference }),
      since: instant(pod.metadata.creationTimestamp),
      occurrences: Math.max(1, ends(container)),
    };
  });
}

function history(pod: Pod, container: PodContainer): string[] {
  const end = lastEnd(container.status);
  const times = ends(container);
  if (end === undefined) return [`container ${container.spec.name} in pod ${pod.metadata.name} runs and is not ready`];
  return [
    `container ${container.spec.name} in pod ${pod.metadata.name} has ended ${often(times)}, last with exit code ${end.exitCode}`,
  ];
}

/** The environment variable that the complaint is about, and the Secret or ConfigMap that it comes from. */
function settingOf(
  { spec, path }: PodContainer,
  concerns: (variable: string) => boolean,
): { field: string; reference?: Reference } | undefined {
  const index = (spec.env ?? []).findIndex(({ name }) => concerns(name));
  const variable = spec.env?.[index];
  if (variable === undefined) return undefined;
  const { secretKeyRef, configMapKeyRef } = variable.valueFrom ?? {};
  const field = `${path}.env[${index}]`;
  if (secretKeyRef !== undefined) {
    const { name, key } = secretKeyRef;
    return { field: `${field}.valueFrom.secretKeyRef`, reference: { kind: 'Secret', name, key } };
  }
  if (configMapKeyRef !== undefined) {
    const { name, key } = configMapKeyRef;
    return { field: `${field}.valueFrom.configMapKeyRef`, reference: { kind: 'ConfigMap', name, key } };
  }
  return { field: `${field}.value` };
}

const isDatabaseSetting = (variable: string): boolean => /DATABASE|POSTGRES|PG|MYSQL|DB|DSN/i.test(variable);

const settingText = ({ reference, field }: Finding): string =>
  reference === undefined ? (field ?? '') : `${reference.kind} ${reference.name}, key ${reference.key}`;

/**
 * A program that starts before its database only needs patience, if that database is in this namespace: a Service by the
 * name in the log.
 */
function dependencyFatal(finding: Finding, { snapshot }: Scene): Fatal {
  const host = (finding.names.host ?? '').split('.')[0] ?? '';
  return snapshot.find('Service', host) === undefined ? again(finding) : { seconds: 120 };
}

const isLocalhost = (host: string | undefined): boolean => /^(localhost|127\.|::1)/.test(host ?? '');
const databasePorts: Record<string, string> = {
  '5432': 'PostgreSQL',
  '3306': 'MySQL',
  '6379': 'Redis',
  '27017': 'MongoDB',
};

const databases: KnownFailure[] = [
  {
    code: 'database-refuses-password',
    who: 'recipe',
    find: (scene) =>
      said(
        scene,
        /password authentication failed(?: for user "(?<user>[^"]+)")?|access denied for user '(?<user2>[^']+)'|SASL.*authentication failed|WRONGPASS|NOAUTH/i,
        isDatabaseSetting,
      ),
    fatal: again,
    cause: (finding) =>
      `The database does not accept the user and password that container ${finding.names.container} gives it (${settingText(finding)}).`,
    remedy: () => [
      'Correct the database URL, or the user and password in it.',
      'A database that was set up before keeps its first password, whatever its settings say now: its volume must be emptied, or the password changed inside it.',
    ],
    means:
      'The application reaches its database, which refuses the login. Either the URL holds a wrong user or password, or the database was initialised with another one: images of PostgreSQL and MySQL read their password variables only while their volume is empty.',
    source: 'PostgreSQL errcodes 28P01; MySQL error 1045; Redis NOAUTH, WRONGPASS',
  },
  {
    code: 'database-missing',
    who: 'recipe',
    find: (scene) =>
      said(
        scene,
        /database "?(?<database>[\w-]+)"? does not exist|unknown database '(?<database2>[^']+)'/i,
        isDatabaseSetting,
      ),
    fatal: again,
    cause: ({ names }) => `The database server answers, but has no database "${names.database}".`,
    remedy: ({ names }) => [
      `Create it, or correct the last part of the database URL: CREATE DATABASE ${names.database};`,
    ],
    means:
      'The login works, the database named in the URL does not exist on that server. It must be created once, or the name corrected.',
    source: 'PostgreSQL errcodes 3D000; MySQL error 1049',
  },
  {
    code: 'database-needs-tls',
    who: 'recipe',
    find: (scene) =>
      said(
        scene,
        /no pg_hba\.conf entry for|connection (?:is insecure|requires ssl)|ssl connection is required|sslmode value ".*" invalid/i,
        isDatabaseSetting,
      ),
    fatal: again,
    cause: () => 'The database refuses connections of this kind: it wants encryption, or does not know this address.',
    remedy: () => ['Add sslmode=require to the database URL (hosted databases such as Neon need it).'],
    means: 'Hosted databases accept encrypted connections only. The URL says how: sslmode=require.',
    source: 'PostgreSQL documentation, "The pg_hba.conf File"',
  },
  {
    code: 'database-unreachable',
    who: 'recipe',
    find: (scene) =>
      said(
        scene,
        /connection to server at "(?<host>[^"]+)".* port (?<port>\d+) failed: (?:connection refused|connection timed out|timeout expired|no route to host)/i,
        isDatabaseSetting,
      ) ??
      said(
        scene,
        /(?:could not translate host name "(?<host>[^"]+)"|(?:ENOTFOUND|EAI_AGAIN) (?<host2>[\w.-]+)|lookup (?<host3>[\w.-]+).*no such host|\bUnknownHostException: (?<host4>[\w.-]+)|gaierror: .*(?:not known|name resolution))/i,
        isDatabaseSetting,
      ) ??
      said(
        scene,
        /(?:ECONNREFUSED|connect(?:ion)?:? (?:call failed|refused)|can't connect to)\D*?(?<host>[\w.:-]*?)[:', ]+(?<port>5432|3306|6379|27017)\b/i,
        isDatabaseSetting,
      ),
    fatal: dependencyFatal,
    cause: ({ names, message }) => {
      const host = names.host ?? '';
      const what = databasePorts[names.port ?? ''] ?? 'the database';
      if (isLocalhost(host))
        return `Container ${names.container} looks for ${what} at ${host}: inside a pod that is the pod itself, not your machine.`;
      if (/translate|ENOTFOUND|EAI_AGAIN|no such host|UnknownHost|gaierror/i.test(message)) {
        return host === ''
          ? `Container ${names.container} finds no host by the name that it was given.`
          : `Container ${names.container} finds no host by the name ${host}.`;
      }
      return `Nothing answers container ${names.container} at ${host}${names.port ? `:${names.port}` : ''}, where it looks for ${what}.`;
    },
    remedy: (finding) => [
      `Correct the host in the database URL (${settingText(finding)}): in the cluster it is the name of a Service, NAME or NAME.NAMESPACE.`,
      `What there is: ${kubectl(finding.object, 'get', 'services')}`,
    ],
    means:
      'The application gets no connection to its database. In a cluster the host is the name of a Service; localhost is the pod itself. If the database only starts later, this heals by itself.',
    source: 'libpq, node:net, Go net: texts of refused and unresolved connections',
  },
];

const programs: KnownFailure[] = [
  {
    code: 'missing-variable',
    who: 'recipe',
    find: (scene) =>
      said(
        scene,
        /KeyError: '(?<variable>[A-Z][A-Z0-9_]+)'|environment variable "?(?<variable2>[A-Z][A-Z0-9_]+)"? is (?:empty|missing|required|not (?:set|defined))/,
      ),
    fatal: again,
    cause: ({ names }) =>
      `The program in container ${names.container} needs the environment variable ${names.variable}, which is not set.`,
    remedy: () => ['Add it to env of the container in the chart, by value or from a Secret.'],
    means: 'The program reads a setting from an environment variable that the pod does not set.',
    source: 'Python os.environ: KeyError',
  },
  {
    code: 'image-incomplete',
    who: 'application',
    find: (scene) =>
      said(
        scene,
        /cannot find (?:module|package) '(?<module>[^']+)'|ModuleNotFoundError: No module named '(?<module2>[^']+)'|ClassNotFoundException: (?<module3>\S+)/i,
      ),
    fatal: 'now',
    cause: ({ names }) => `The image ${names.image} lacks the module ${names.module} that its program needs.`,
    remedy: () => [
      'Install it in the Dockerfile: is it in the dependencies, and does .dockerignore leave out what is needed?',
    ],
    means:
      'The program starts and does not find a library of its own. It was not installed when the image was built, or not copied into the last stage.',
    source: 'Node: MODULE_NOT_FOUND; Python: ModuleNotFoundError; JVM: ClassNotFoundException',
  },
  {
    code: 'port-in-use',
    who: 'recipe',
    find: (scene) => said(scene, /EADDRINUSE|address already in use/i),
    fatal: 'now',
    cause: ({ names }) =>
      `Container ${names.container} wants a port that another container of the same pod has already.`,
    remedy: () => ['Containers of a pod share their ports: give each its own.'],
    means: 'All containers of a pod share one network address, so two of them cannot listen on one port.',
    source: 'listen(2): EADDRINUSE',
  },
  {
    code: 'file-system-read-only',
    who: 'recipe',
    find: (scene) => said(scene, /read-only file system|EROFS/i),
    fatal: again,
    cause: ({ names }) => `The program in container ${names.container} writes where the file system is read-only.`,
    remedy: () => ['Mount an emptyDir at the folder that it writes to, or set readOnlyRootFilesystem: false.'],
    means:
      'With readOnlyRootFilesystem a container may write only into its volumes. Folders for temporary files, caches and pids need an emptyDir.',
    source: 'open(2): EROFS',
  },
];

export const applicationFailures = knownFailures([...databases, ...programs]);

/** Which logs can tell something: of containers that ended, or run on and do not become ready. */
export function tellingContainers(pod: Pod): PodContainer[] {
  return containersOf(pod).filter((container) => {
    const { status, role } = container;
    if (status?.ready === true) return false;
    const end = lastEnd(status);
    if (end !== undefined) return end.exitCode !== 0 || role !== 'init';
    return status?.state?.running !== undefined && role !== 'init';
  });
}
