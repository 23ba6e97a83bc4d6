import { apiProblems } from '../kubectl/api-problems.ts';
import { connectionProblems } from '../kubectl/problems.ts';
import type { KnownProblem } from '../problem.ts';

/** A chart or its values are wrong: nothing was sent to a cluster. Helm 4 breaks into lines what Helm 3 writes in one. */
const chartProblems: readonly KnownProblem[] = [
  {
    code: 'chart-render-failed',
    says: /execution error at \(([^\s():]+:\d+:\d+)\): ([^\n]+)/,
    means: ([, place, reason]) => `The chart does not render: ${reason} (${place})`,
    next: ([, place]) => [`Set the value that it asks for; the template is ${place}.`],
  },
  {
    code: 'chart-render-failed',
    says: /([^\s:]+:\d+:\d+):?\s+executing "[^"]*" at <([^\n]*?)>:\s*([^\n]+(?:\n(?!\n|Use --debug)[^\n]+)*)/,
    means: ([, place, expression, reason]) =>
      `The chart does not render: ${expression}: ${reason?.replace(/\s+/g, ' ')} (${place})`,
    next: ([, place, expression, reason]) => [
      reason?.includes('nil pointer')
        ? `Set what ${expression} stands on in a values file; the template is ${place}.`
        : `Correct the template ${place}.`,
    ],
  },
  {
    code: 'chart-render-failed',
    says: /parse error at \(([^\s():]+:\d+)\): ([^\n]+)/,
    means: ([, place, reason]) => `The template ${place} cannot be read: ${reason}`,
    next: ([, place]) => [`Correct the template ${place}.`],
  },
  {
    code: 'chart-yaml-invalid',
    says: /YAML parse error on ([^\s:]+): (?:error converting YAML to JSON: )?(?:yaml: )?([^\n]+)/,
    means: ([, file, reason]) => `The template ${file} renders to something that is no YAML: ${reason}`,
    next: ([, file]) => [`See it: helm template CHART --debug --show-only ${file?.replace(/^[^/]+\//, '')}`],
  },
  {
    code: 'chart-yaml-invalid',
    says: /\[ERROR\] ([^\s:]+): unable to parse YAML: (?:error converting YAML to JSON: )?(?:yaml: )?([^\n]+)/,
    means: ([, file, reason]) => `The template ${file} renders to something that is no YAML: ${reason}`,
    next: ([, file]) => [`See it: helm template CHART --debug --show-only ${file}`],
  },
  {
    code: 'values-invalid',
    says: /values don't meet the specifications of the schema\(s\) in the following chart\(s\):\n([^\n]+):\n((?:- [^\n]+\n?)+)/,
    means: ([, chart, reasons]) =>
      `The values do not fit the schema of chart ${chart}: ${reasons?.trim().replace(/^- /gm, '').split('\n').join('; ')}`,
    next: ['Correct the values that it names; values.schema.json of the chart says what it takes.'],
  },
  {
    code: 'values-missing',
    says: /open (\S+): no such file or directory/,
    means: ([, file]) => `The values file ${file} does not exist`,
    next: ['Check the name of the file and of the environment.'],
  },
  {
    code: 'values-broken',
    says: /(?:failed to parse|cannot load) (\S+): (?:cannot unmarshal yaml document: )?(?:error converting YAML to JSON: )?(?:yaml: )?([^\n]+)/,
    means: ([, file, reason]) => `The values file ${file} is no YAML: ${reason}`,
    next: ['Correct the file.'],
  },
  {
    code: 'chart-missing',
    says: /path "([^"]+)" not found/,
    means: ([, path]) => `There is no chart at ${path}`,
    next: ['Check the path: a chart is a folder with a Chart.yaml.'],
  },
  {
    code: 'chart-dependency-missing',
    says: /missing in charts\/ directory: ([^\n]+)/,
    means: ([, charts]) => `The chart depends on others that are not in its charts folder: ${charts}`,
    next: ['Fetch them: helm dependency build CHART'],
  },
  {
    code: 'chart-repository-unreachable',
    says: /looks like "([^"]+)" is not a valid chart repository or cannot be reached|failed to perform "\w+" on source: \w+ "([^"]+)"/,
    means: (match) => `The chart repository ${match[1] ?? match[2]} cannot be reached`,
    next: ['Check the network and the proxy, or give a mirror.'],
    isTransient: true,
  },
  {
    code: 'chart-repository-unknown',
    says: /repo (\S+) not found/,
    means: ([, repository]) => `Helm knows no chart repository ${repository}`,
    next: ['Name the repository by its URL.'],
  },
];

/** What happens to a release. */
const releaseProblems: readonly KnownProblem[] = [
  {
    code: 'operation-in-progress',
    says: /another operation \(install\/upgrade\/rollback\) is in progress/,
    means: 'Another helm works on this release, or was ended in the middle of it',
    next: [
      'If no other helm is running, go back to the last good revision: helm history NAME, helm rollback NAME REVISION',
    ],
  },
  {
    code: 'name-in-use',
    says: /cannot re-?use a name that is still in use/,
    means: 'A release of this name exists already',
    next: ['Choose another name, or look whose it is: helm list --all-namespaces'],
  },
  {
    code: 'foreign-object',
    says: /(\S+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported into the current release: invalid ownership metadata/,
    means: ([, kind, name, namespace]) =>
      `${kind} ${name} in namespace ${namespace} is there already and belongs to no release, or to another one`,
    next: ([, kind, name, namespace]) => [
      `Look whose it is: kubectl -n ${namespace} get ${kind?.toLowerCase()} ${name} -o yaml`,
      'Delete it if nothing needs it, or choose another name or namespace.',
    ],
  },
  {
    code: 'hook-timeout',
    says: /(?:failed (\S+?)|(\S+) hooks failed): (?:resource (\S+) not ready\. status: InProgress|1 error occurred:\s+\* timed out waiting for the condition)/,
    means: (match) =>
      `A ${match[1] ?? match[2]} hook of the chart did not end in time${match[3] === undefined ? '' : ` (${match[3]})`}`,
    next: ['Look at what it does: kubectl logs job/NAME, then try again.'],
  },
  {
    code: 'hook-failed',
    says: /(?:failed (\S+?)|(\S+) hooks failed): (?:resource (\S+) not ready\. status: Failed, message: ([^\n]+)|1 error occurred:\s+\* ([^\n]+))/,
    means: (match) =>
      `A ${match[1] ?? match[2]} hook of the chart failed: ${match[4] === undefined ? match[5] : `${match[3]}: ${match[4]}`}`,
    next: ['Look at what it says: kubectl logs job/NAME, then try again.'],
  },
  {
    code: 'deletion-blocked',
    says: /uninstallation completed with \d+ error\(s\): (?:resource (\S+) still exists|context deadline exceeded|timed out)/,
    means: ([, resource]) =>
      `The release is uninstalled, but its objects are not gone yet${resource === undefined ? '' : ` (${resource})`}`,
    next: ['See what holds them: kubectl get KIND NAME -o yaml (metadata.finalizers)'],
  },
  {
    code: 'release-missing',
    says: /release: not found/,
    means: 'There is no such release',
    next: ['List them: helm list --all-namespaces'],
  },
  {
    code: 'revision-missing',
    says: /release has no (\S+) version/,
    means: ([, revision]) => `The release has no revision ${revision}`,
    next: ['List them: helm history NAME'],
  },
  {
    code: 'test-failed',
    says: /resource Pod\/(\S+) not ready\. status: Failed|\* pod (\S+) failed/,
    means: (match) => `The test pod ${match[1] ?? match[2]} of the chart failed`,
    next: ['Its log is above; the test is a template with the annotation helm.sh/hook: test.'],
  },
];

/** The problem catalogue of Helm 3 and 4. */
export const helmProblems: readonly KnownProblem[] = [
  ...chartProblems,
  ...releaseProblems,
  ...apiProblems,
  ...connectionProblems,
];
