import { listLedgers, type Ledger } from '../engine/journal/ledger.ts';
import { UserError } from '../errors/errors.ts';
import { connect, type Connection } from './connection.ts';
import type { Program } from './program.ts';
import { chooseTarget } from './targets.ts';

/** A command on what is deployed already: one cluster, and the ledgers in it that the words fit. */
export async function withDeployments<T>(
  program: Program,
  act: (connection: Connection, ledgers: Ledger[]) => Promise<T>,
): Promise<T | undefined> {
  const { invocation } = program;
  const cluster = await chooseTarget(program, { name: '', title: '', description: '', parts: '', needs: '' });
  if (cluster === undefined) return undefined;
  const connection = await connect(cluster, program);
  try {
    const all = connection.facts === undefined ? [] : await listLedgers(connection.reader, invocation.namespace);
    return await act(
      connection,
      all.filter((ledger) => fits(ledger, invocation.recipe, invocation.environment)),
    );
  } finally {
    await connection.close();
  }
}

function fits({ recipe, environment }: Ledger, name: string | undefined, wanted: string | undefined): boolean {
  return (name === undefined || recipe.name === name) && (wanted === undefined || environment === wanted);
}

/** The one deployment that is meant. None, or several, is an error that says how to name one. */
export function theOne(ledgers: Ledger[], { invocation }: Program, connection: Connection): Ledger {
  const [only] = ledgers;
  if (only !== undefined && ledgers.length === 1) return only;
  if (only === undefined) {
    throw new UserError(`Nothing of ${invocation.recipe ?? 'deploy-wizard'} is deployed on ${connection.target.name}`, {
      next: [
        `deploy-wizard up ${invocation.recipe ?? ''}`.trim(),
        'Another cluster: --target; another namespace: --namespace.',
      ],
    });
  }
  throw new UserError(
    `Several deployments fit: ${ledgers.map(({ recipe, environment, namespace }) => `${recipe.name} (${environment}) in ${namespace}`).join(', ')}`,
    {
      next: ['Name one: deploy-wizard COMMAND RECIPE --namespace NAME --env NAME'],
    },
  );
}
