import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Duration, Id, Needs, Text, Value, When } from '../../recipe/terms.ts';

const Request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']).default('GET'),
  url: Text,
  headers: z.record(z.string(), z.string()).optional(),
  json: Value.optional(),
  expect: z.number().int().min(100).max(599).default(200),
  contains: z.string().optional().meta({ description: 'Text that the answer must hold' }),
  capture: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Name to JSON pointer in the answer; later requests say ${captured.NAME}' }),
  redirects: z.enum(['follow', 'show']).default('follow'),
  host: z.string().optional(),
});

const Verification = z.union([
  z.strictObject({
    http: Request,
    shows: z.string(),
    when: When.optional(),
    needs: Needs.optional(),
    timeout: Duration.optional(),
  }),
  z.strictObject({
    requests: z.array(Request).min(1).meta({ description: 'Requests one after the other' }),
    shows: z.string(),
    writes: z.boolean().default(true),
    when: When.optional(),
    needs: Needs.optional(),
    timeout: Duration.optional(),
  }),
  z
    .strictObject({ manual: z.string(), commands: z.array(z.string()).optional(), when: When.optional() })
    .meta({ description: 'What a person looks at; listed on the last screen' }),
]);

/** Proves by requests from this host that the application answers. */
export const httpCheckPlan = defineStepPlan({
  kind: 'http-check',
  key: 'verify',
  section: z.record(Id, Verification),
  params: z.strictObject({ requests: z.array(z.json()), shows: z.string(), writes: z.boolean() }),
  timeout: 60,
  why: 'Ready pods are not yet a working application. The wizard asks it as a browser would and compares the answer.',
  expand: (section) =>
    Object.entries(section).flatMap(([id, entry]) => {
      if ('manual' in entry) return [];
      const requests = 'http' in entry ? [entry.http] : entry.requests;
      return [
        {
          id: `http-check.${id}`,
          kind: 'http-check' as const,
          params: { requests, shows: entry.shows, writes: 'writes' in entry ? entry.writes : false },
          ...(entry.when === undefined ? {} : { when: entry.when }),
          ...(entry.needs === undefined ? {} : { needs: entry.needs }),
          ...(entry.timeout === undefined ? {} : { timeout: entry.timeout }),
          at: ['verify', id],
        },
      ];
    }),
  byHand: (section) =>
    Object.entries(section).flatMap(([id, entry]) =>
      'manual' in entry
        ? [
            {
              text: entry.manual,
              commands: entry.commands ?? [],
              ...(entry.when === undefined ? {} : { when: entry.when }),
              at: ['verify', id],
            },
          ]
        : [],
    ),
  describe: ({ requests, shows, writes }) => ({
    verb: 'check',
    title: shows,
    commands: [],
    instead: `${requests.length} HTTP ${requests.length === 1 ? 'request' : 'requests'} from this host${writes ? ', only after a change' : ''}`,
  }),
});

export { Request as HttpRequestParams };
