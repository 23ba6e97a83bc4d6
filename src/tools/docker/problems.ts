import { exitCodes } from '../../errors/exit-codes.ts';
import type { KnownProblem } from '../problem.ts';

/** What keeps the client from its engine. Texts of docker 28, and of 29 (moby/moby client/errors.go). */
export const engineProblems: readonly KnownProblem[] = [
  {
    code: 'engine-permission',
    says: /permission denied while trying to connect to the docker (?:daemon socket|API) at (\S+?):?(?:\s|$)/i,
    means: ([, socket]) => `You may not use the Docker engine at ${socket}`,
    next: ['Join its group, then log in again: sudo usermod -aG docker $USER'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'engine-host-wrong',
    says: /error during connect: [^\n]*?"(?:https?|ssh|tcp):\/\/([^/"]+)[^"]*": ([^\n]+)|unable to parse docker host `([^`]+)`/,
    means: (match) =>
      `DOCKER_HOST or the docker context names an engine that cannot be reached: ${match[1] ?? match[3]}`,
    next: ['Correct or unset DOCKER_HOST; docker context ls shows what else there is.'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'docker-context-missing',
    says: /context "([^"]+)": context not found/,
    means: ([, context]) => `There is no docker context ${context}`,
    next: ['List them: docker context ls'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'engine-unreachable',
    says: /Cannot connect to the Docker daemon at (\S+?)\. Is the docker daemon running|failed to connect to the docker API at (\S+?)[;,\s]/,
    means: (match) => `The Docker engine at ${match[1] ?? match[2]} does not answer`,
    next: (match) =>
      (match[1] ?? match[2] ?? '').startsWith('tcp:')
        ? ['Start that engine, or correct DOCKER_HOST.']
        : ['Start Docker Desktop, OrbStack or Colima; on Linux: sudo systemctl start docker'],
    exitCode: exitCodes.preflight,
  },
];

/** Registries and the network, for pulls and pushes. */
const registryProblems: readonly KnownProblem[] = [
  {
    code: 'registry-plain-http',
    says: /"https:\/\/([^/"]+)[^"]*": http: server gave HTTP response to HTTPS client/,
    means: ([, host]) => `The registry ${host} speaks plain HTTP, which the engine allows on this machine only`,
    next: ([, host]) => [`Give it TLS, or list ${host} under insecure-registries of the Docker engine.`],
  },
  {
    code: 'registry-login',
    says: /no basic auth credentials|authentication required|unauthorized: |401 Unauthorized|failed to authorize/i,
    means: 'The registry wants a login',
    next: ['Log in to it, then try again: docker login REGISTRY'],
  },
  {
    code: 'registry-denied',
    says: /pull access denied for ([^\s,]+)|(?:push access denied|insufficient_scope|denied: requested access|^denied: )/m,
    means: ([, image]) =>
      image === undefined
        ? 'The registry does not let you do that'
        : `There is no image ${image}, or its registry hides it from you`,
    next: ['Check the name of the image; log in if it is private: docker login REGISTRY'],
  },
  {
    code: 'registry-unreachable',
    says: /dial tcp:? (?:lookup )?(\S+?)(?: on \S+)?: (?:connect: )?(connection refused|no such host|i\/o timeout|no route to host|network is unreachable)|TLS handshake timeout|Client\.Timeout exceeded/,
    means: ([, host, reason]) => `The registry does not answer${host === undefined ? '' : ` (${host}: ${reason})`}`,
    next: ['Check the network and the proxy of the Docker engine, then try again.'],
    isTransient: true,
  },
];

/** What stops the builder itself: not for the output of a `RUN`, whose programs may print such words too. */
export const buildProblems: readonly KnownProblem[] = [
  ...engineProblems,
  {
    code: 'dockerfile-syntax',
    says: /dockerfile parse error (?:on )?line (\d+): ([^\n]+)/,
    means: ([, line, reason]) => `The Dockerfile cannot be read: ${reason} (line ${line})`,
    next: ['Correct the Dockerfile.'],
  },
  {
    code: 'dockerfile-missing',
    says: /unable to evaluate symlinks in Dockerfile path: lstat ([^\s:]+)|failed to read dockerfile: open ([^\s:]+): no such file/,
    means: (match) => `There is no Dockerfile ${match[1] ?? match[2]?.split('/').at(-1)}`,
    next: ['Check the path.'],
  },
  {
    code: 'build-context-missing',
    says: /unable to prepare context: path "([^"]+)" not found/,
    means: ([, path]) => `There is no folder ${path} to build from`,
    next: ['Check the path of the code.'],
  },
  {
    code: 'build-target-missing',
    says: /failed to reach build target (\S+)|target stage "?([^"\s]+)"? could not be found/,
    means: (match) => `The Dockerfile has no stage ${match[1] ?? match[2]}`,
    next: ['Check the name after AS in its FROM lines.'],
  },
  {
    code: 'copy-source-missing',
    says: /(?:COPY|ADD) failed: file not found in build context or excluded by \.dockerignore: stat ([^\s:]+)|ERROR: (?:[^\n]*: )?"(\/[^"]+)"(?: not found)?: not found/,
    means: (match) => `${match[1] ?? match[2]} is not in the folder that is built from, or .dockerignore leaves it out`,
    next: ['Check the name in the COPY line, and .dockerignore.'],
  },
  {
    code: 'platform-unavailable',
    says: /does not match the specified platform: wanted ([^\s,]+)|no match for platform in manifest/,
    means: ([, platform]) =>
      `The base image does not exist for the platform${platform === undefined ? '' : ` ${platform}`} of the nodes`,
    next: ['Choose a base image that is built for it, or nodes of this machine’s architecture.'],
  },
  {
    code: 'base-image-missing',
    says: /manifest for (\S+) not found|ERROR: (?:[^\n]*: )?([^\s":]+[^\s"]*:[^\s":]+): not found/,
    means: (match) => `The base image ${match[1] ?? match[2]} does not exist`,
    next: ['Check name and tag in the FROM line.'],
  },
  ...registryProblems,
];

export const pushProblems: readonly KnownProblem[] = [
  ...engineProblems,
  {
    code: 'image-missing',
    says: /An image does not exist locally with the tag: (\S+)|No such image: (\S+)/,
    means: (match) => `There is no image ${match[1] ?? match[2]} on this machine`,
    next: ['Build it first.'],
  },
  ...registryProblems,
];

/** The disk of the engine, whoever says it. */
export const noSpace = /no space left on device|ENOSPC/i;

/** Words of package managers when the network failed them: trying again may help. */
export const networkWords =
  /ENOTFOUND|ETIMEDOUT|ECONNRESET|EAI_AGAIN|Temporary failure (?:in name resolution|resolving)|Could not resolve host|TLS handshake timeout|i\/o timeout|[Rr]ead timed out|NewConnectionError/;
