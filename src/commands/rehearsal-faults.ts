import { UserError } from '../errors/errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { faultCatalogue, grammarOf, type FaultKind } from '../rehearsal/faults/catalogue.ts';
import { parseFault } from '../rehearsal/faults/fault.ts';
import type { FaultOffer } from '../ui/frontend.ts';

/** The faults that this recipe can meet, written for its own parts. */
export function faultsOf(recipe: Recipe): FaultOffer[] {
  const { sections } = recipe;
  const firstOf = (section: string) => Object.keys(sections[section] ?? {})[0];
  const [secret] = Object.entries((sections['secrets'] ?? {}) as Record<string, { name?: string }>);
  const component = firstOf('releases') ?? recipe.name;
  const values: Record<string, string> = {
    COMPONENT: component,
    OBJECT: `Deployment/${component}`,
    SECRET: secret?.[1].name ?? secret?.[0] ?? recipe.name,
    CLAIM: sections['database'] === undefined ? 'data' : 'data-postgres-0',
    TIME: '30s',
    LIMIT: 'pods=1',
  };
  const concerns: Partial<Record<string, string>> = {
    certificate: 'certificates',
    csv: 'addons',
    keycloak: 'keycloak',
    pvc: 'database',
    'secret-missing': 'secrets',
  };
  return faultCatalogue
    .filter(({ name }) => {
      const section = concerns[name];
      return section === undefined || sections[section] !== undefined;
    })
    .map((kind: FaultKind) => ({
      spec: [kind.name, ...kind.parts.flatMap((part) => (isGiven(part) ? [values[part.name] ?? ''] : []))].join(':'),
      title: kind.summary,
      shows: `Shows: ${kind.shows}. Also written ${grammarOf(kind)}.`,
    }));
}

const isGiven = (part: FaultKind['parts'][number]) => part.default === undefined && part.isOptional !== true;

/** Throws for a text that is no fault, with the place of the mistake in it. */
export function requireFaults(texts: readonly string[]): void {
  for (const text of texts) {
    const fault = parseFault(text);
    if (!('problem' in fault)) continue;
    const { message, column } = fault.problem;
    throw new UserError(`--fault ${text}: ${message}`, {
      why: `The mistake is at column ${column}.`,
      next: [`For example --fault ${exampleFor(text)}`],
    });
  }
}

function exampleFor(text: string): string {
  const name = text.split(':')[0];
  return faultCatalogue.find((kind) => kind.name === name)?.example ?? faultCatalogue[0].example;
}
