import { exitCodes } from '../../errors/exit-codes.ts';
import { UserError } from '../../errors/errors.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';

/** Fields that other managers own, by manager: `kubectl-edit` -> `.data.a`. */
export type Conflicts = Map<string, string[]>;

const managerLine = /conflicts? with "([^"]+)"(?: with subresource "[^"]+")?(?: using \S+?)?(?: at \S+?)?:(?: (.+))?$/;

/**
 * The conflicts of a server-side apply in what kubectl prints; undefined when it says nothing of them. The texts are
 * apimachinery's `NewApplyConflict` and managedfields' `NewConflictError`: one field in line, several as a list.
 */
export function parseConflicts(output: string): Conflicts | undefined {
  if (!/Apply failed with \d+ conflicts?:/.test(output)) return undefined;
  const found: Conflicts = new Map();
  const add = (manager: string, field: string) => found.set(manager, [...(found.get(manager) ?? []), field]);
  let manager = '';
  for (const line of output.split('\n')) {
    const named = managerLine.exec(line);
    const field = /^- (\..+)$/.exec(line);
    if (named !== null) {
      manager = named[1] ?? '';
      if (named[2] !== undefined) add(manager, named[2]);
    } else if (field !== null) add(manager, field[1] ?? '');
  }
  return found;
}

/** `UserError` (exit 1) that names the object, the fields and who manages them. */
export function conflictError(object: KubernetesObject, conflicts: Conflicts): UserError {
  const who = [...conflicts]
    .map(([manager, fields]) => `${managerName(manager)} manages ${fields.join(', ')}`)
    .join('; ');
  return new UserError(`${object.kind} ${object.metadata.name} has fields that something else manages`, {
    why: `${who}. Taking them over could undo what that is for.`,
    next: [
      `See who set what: kubectl get ${object.kind.toLowerCase()} ${object.metadata.name}${object.metadata.namespace === undefined ? '' : ` -n ${object.metadata.namespace}`} -o yaml --show-managed-fields`,
      'Choose another name or namespace, or delete the object if nothing needs it.',
    ],
    exitCode: exitCodes.stepFailed,
  });
}

/** An object that was made empty has no managers; at the first apply all that came into it since gets this name. */
function managerName(manager: string): string {
  return manager === 'before-first-apply' ? 'whoever made it' : manager;
}
