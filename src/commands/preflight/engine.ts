import { UserError } from '../../errors/errors.ts';
import { paramText } from '../../plan/plan.ts';
import type { Problem } from '../../plan/preflight/report.ts';
import type { PreflightRequest } from './request.ts';

/** Docker is needed only for images that the nodes do not have. */
export async function engineProblems({
  plan,
  connection: { docker, provider },
  program,
}: PreflightRequest): Promise<Problem[]> {
  const images = plan.steps.filter(({ kind }) => kind === 'image');
  if (images.length === 0) return [];
  const has = await Promise.all(
    images.map(async ({ params }) => {
      const tag = paramText(params, 'push');
      if (plan.target.delivery.by === 'shared-daemon')
        return docker.image(tag).then(
          (id) => id !== undefined,
          () => false,
        ); // The engine says below why not.
      return (
        plan.target.state === 'running' && (await provider.hasImage(plan.target.delivery, tag, program.stop)) === true
      );
    }),
  );
  if (has.every(Boolean)) return [];
  try {
    const engine = await docker.engine();
    if (engine.architecture !== plan.target.architecture && engine.builder === 'legacy') {
      return [
        {
          code: 'image-architecture',
          message: `The nodes are ${plan.target.architecture}, and this Docker engine builds only ${engine.architecture}`,
          remedy: ['Install buildx with emulation: https://docs.docker.com/build/building/multi-platform/'],
          answers: [],
          isFatal: true,
        },
      ];
    }
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        code: 'docker',
        message: error.message,
        ...(error.why === undefined ? {} : { neededBy: error.why }),
        remedy: error.next,
        answers: [],
        isFatal: true,
      },
    ];
  }
}
