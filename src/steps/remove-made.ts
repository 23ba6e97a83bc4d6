import type { MadeObject, UndoContext } from '../engine/step.ts';

/** Deletes an object that a step made, and waits until it is gone. One that is another by now stays, and that is said. */
export async function removeMade(object: MadeObject, { kubectl, signal, leaves }: UndoContext): Promise<void> {
  const end = await kubectl.delete(object, { signal });
  if (end === 'foreign') leaves(`${object.kind} ${object.name}, which is not the one that was made`);
}
