import type { Resource } from '../api/resource.ts';
import type { Shape } from '../api/shape.ts';
import type { JsonObject } from '../objects.ts';
import type { Body, FieldValidation } from '../schema/body.ts';
import { customForm } from '../schema/custom-body.ts';
import { decode } from '../schema/decode.ts';
import { cannotBeHandled, DecodeError, strictRefusal, type KindIn } from '../schema/refusals.ts';

type Wanted = Resource | (KindIn & { shape: Shape });

/** What a patch made of an object, read as the object that it must be: as `readBody`, without a text. */
export function readAgain(value: JsonObject, wanted: Wanted, validation: FieldValidation): Body {
  let decoded: ReturnType<typeof decode>;
  try {
    decoded = 'custom' in wanted ? customForm(value, wanted as Resource) : decode(value, wanted.shape.ref ?? '');
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(wanted, wanted, error.message);
    throw error;
  }
  const problems =
    validation === 'Ignore' ? [] : decoded.unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (validation === 'Strict' && problems.length > 0) throw strictRefusal(wanted, wanted, problems);
  return { object: decoded.object, warnings: problems };
}
