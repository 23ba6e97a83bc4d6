import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { ImageDelivery } from '../../plan/plan.ts';
import type { ExpandContext } from '../../plan/step-plan.ts';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Duration, Id, Path, When } from '../../recipe/terms.ts';

const Image = z.strictObject({
  context: Path.default('.').meta({ description: "Build context, relative to the application's source" }),
  dockerfile: Path.meta({ description: 'Relative to the recipe' }),
  args: z.record(z.string(), z.string()).default({}),
  target: z.string().optional(),
  repository: z
    .string()
    .optional()
    .meta({ description: 'Name without registry and tag; recipe name and id unless set' }),
  platforms: z.array(z.string()).optional().meta({ description: "The nodes' own unless set" }),
  maxSize: z
    .string()
    .regex(/^\d+(\.\d+)?(Mi|Gi)$/)
    .optional()
    .meta({ description: 'A larger image is a warning: 500Mi' }),
  when: When.optional(),
  timeout: Duration.optional(),
});

/** An image is built from the application's code and brought to the nodes. Its tag is the hash of everything that went in. */
export const imagePlan = defineStepPlan({
  kind: 'image',
  key: 'images',
  section: z.record(Id, Image),
  params: z.strictObject({
    context: z.string(),
    dockerfile: z.string(),
    args: z.record(z.string(), z.string()),
    target: z.string().optional(),
    platform: z.string().optional(),
    /** As the nodes name it, with tag. */
    pull: z.string(),
    /** As this host names it, with tag. */
    push: z.string(),
    maxSize: z.string().optional(),
  }),
  timeout: 1800,
  why: 'The cluster runs images, not source code. The tag is a hash of the code, the Dockerfile and the build arguments, so an image that is there already is neither built nor delivered again.',
  known: (section, context) => ({
    images: Object.fromEntries(
      Object.entries(section).map(([id, image]) => {
        const { pull, tag } = imageNames(id, image, context);
        return [id, { repository: pull, tag, ref: `${pull}:${tag}` }];
      }),
    ),
  }),
  expand: (section, context) =>
    Object.entries(section).map(([id, image]) => {
      const { pull, push, tag } = imageNames(id, image, context);
      return {
        id: `image.${id}`,
        kind: 'image',
        params: {
          context: image.context,
          dockerfile: image.dockerfile,
          args: image.args,
          ...(image.target === undefined ? {} : { target: image.target }),
          ...(image.maxSize === undefined ? {} : { maxSize: image.maxSize }),
          pull: `${pull}:${tag}`,
          push: `${push}:${tag}`,
        },
        ...(image.when === undefined ? {} : { when: image.when }),
        ...(image.timeout === undefined ? {} : { timeout: image.timeout }),
        provides: [`images.${id}`],
        at: ['images', id],
      };
    }),
  describe: (params, { target, docker, provider, folder, source }) => ({
    verb: 'build',
    title: target.delivery.by === 'push' ? params.push.slice(target.delivery.push.length + 1) : params.push,
    detail: deliveryText(target.delivery),
    commands: [
      docker.buildArgv({
        tag: params.push,
        context: join(source, params.context),
        dockerfile: isAbsolute(params.dockerfile) ? params.dockerfile : join(folder, params.dockerfile),
        args: params.args,
        ...(params.target === undefined ? {} : { target: params.target }),
        ...(params.platform === undefined ? {} : { platform: params.platform }),
      }),
      ...(target.delivery.by === 'push'
        ? [docker.pushArgv(params.push)]
        : provider.deliverArgv(target.delivery, params.push)),
    ],
  }),
});

function deliveryText(delivery: ImageDelivery): string {
  switch (delivery.by) {
    case 'load':
      return 'loaded into the cluster';
    case 'shared-daemon':
      return 'the cluster shares the engine';
    case 'push':
      return `pushed to ${delivery.push}`;
    default:
      return delivery satisfies never;
  }
}

/** Repository as nodes and as this host name it, and the tag. */
function imageNames(id: string, image: z.output<typeof Image>, context: ExpandContext) {
  const name = image.repository ?? `${context.recipe.name}-${id}`;
  const { delivery } = context.target;
  const tag = context.imageTags[id] ?? 'unknown';
  return delivery.by === 'push'
    ? { pull: `${delivery.pull}/${name}`, push: `${delivery.push}/${name}`, tag }
    : { pull: name, push: name, tag };
}
