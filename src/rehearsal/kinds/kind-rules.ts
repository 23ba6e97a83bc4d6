import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { Reader } from '../controllers/client.ts';
import type { FieldError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';

/** What the rules of a kind may look at besides the object itself. */
export interface RuleContext {
  reader: Reader;
  clock: RehearsalClock;
  chance: Chance;
  /** Sent to the client as a `Warning` header. */
  warn(text: string): void;
}

/**
 * What the API server does with objects of one kind beyond their schema: the strategy and the validation of
 * `pkg/registry/*` and `pkg/apis/*` in kubernetes/kubernetes. All functions are pure but for what they read from the
 * context; they return new objects and leave their arguments as they are.
 */
export interface KindRules {
  /** Scheme defaults that the recorded schema does not carry (`SetDefaults_*`). Must be idempotent; `old` has them. */
  defaults?(object: StoredObject, old?: StoredObject): StoredObject;
  /** Before a create is validated: the initial status, allocated addresses and ports. */
  prepareCreate?(object: StoredObject, context: RuleContext): StoredObject;
  /** Before an update is validated: what the server carries over from the old object. */
  prepareUpdate?(object: StoredObject, old: StoredObject, context: RuleContext): StoredObject;
  /** `old` has been through here. */
  validate?(object: StoredObject, context: RuleContext, old?: StoredObject): FieldError[];
  /** Only what the change is refused for (immutable fields); `validate` runs as well. */
  validateUpdate?(object: StoredObject, old: StoredObject, context: RuleContext): FieldError[];
  /** Fields besides metadata.name and metadata.namespace that a field selector may name. */
  selectableFields?: Readonly<Record<string, (object: StoredObject) => string>>;
  /** Seconds that a delete leaves the object to end by itself, which may be asked for; without it objects go at once. */
  gracePeriod?(object: StoredObject, asked: number | undefined): number;
}
