import type { Copy } from './commands.ts';
import { DockerfileError } from './dockerfile-error.ts';

/** Refuses a COPY or ADD whatever its files, in BuildKit's words; `sources` with variables replaced. */
export function refuseWrongCopy(
  { kind, chmod, checksum }: Copy,
  sources: readonly string[],
  expanded: (word: string) => string | undefined,
): void {
  const mode = chmod === undefined ? undefined : expanded(chmod);
  if (mode !== undefined && mode !== '' && !/^0*[0-7]{1,4}$/.test(mode) && !/^[ugoa]*[-+=]/.test(mode)) {
    throw new DockerfileError(`invalid chmod parameter: '${mode}'. it should be octal string and between 0 and 07777`, {
      word: mode,
    });
  }
  const remote = sources.find(isRemote);
  if (checksum !== undefined && sources.length !== 1)
    throw new DockerfileError("checksum can't be specified for multiple sources");
  if (checksum !== undefined && remote === undefined)
    throw new DockerfileError('checksum requires HTTP(S) or Git sources');
  if (kind === 'copy' && remote !== undefined) {
    throw new DockerfileError(
      `source can't be a ${/^https?:\/\/(?!.*\.git(?:#|$))/.test(remote) ? 'URL' : 'git ref'} for COPY`,
      { word: remote },
    );
  }
}

/** A source of ADD that is fetched. */
export const isRemote = (path: string): boolean => /^(?:https?|git|ssh):\/\/|^git@[^/]+:/.test(path);
