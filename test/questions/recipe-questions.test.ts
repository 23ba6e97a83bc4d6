import { describe, expect, it } from 'vitest';
import { questionsOf } from '../../src/questions/recipe-questions.ts';
import { parseRecipe } from '../../src/recipe/parse.ts';
import { stepPlans } from '../../src/steps/plans.ts';

const head = `apiVersion: deploy-wizard/v1
name: shop
title: Shop
description: a shop
`;
const questions = (text: string) =>
  questionsOf(parseRecipe(`${head}${text}`, '/shop/recipe.yaml', stepPlans), stepPlans);
const ids = (text: string) => questions(text).map(({ id }) => id);

describe('the questions of a recipe', () => {
  it('are where it goes, which code, its own, and its secrets', () => {
    expect(ids('')).toEqual(['namespace', 'source']);
    expect(
      ids(`environments: { local: {}, prod: { title: in a cloud } }
questions:
  - { id: size, ask: 'How large?', why: It decides the size of it. }
secrets:
  backend: { keys: { url: { ask: Database URL }, token: { generate: { bytes: 32 } } } }
  login: { pull: { registry: ghcr.io, username: { env: USER }, password: { ask: Token? } } }
`),
    ).toEqual(['environment', 'namespace', 'source', 'size', 'secrets.backend.url', 'secrets.login.password']);
  });

  it('say all that the recipe says of them', () => {
    const [, , port, kind] = questions(`questions:
  - { id: port, ask: 'Which port?', why: It is in the address., type: port, default: 30001, personal: true, when: answers.namespace == "a" }
  - { id: kind, ask: 'Which kind?', why: It decides the kind., choose: { a: First, b: { label: Second, hint: dim } }, optional: true }
`);
    expect(port).toEqual({
      id: 'port',
      ask: 'Which port?',
      why: 'It is in the address.',
      type: 'port',
      default: 30001,
      isPersonal: true,
      when: 'answers.namespace == "a"',
    });
    expect(kind).toMatchObject({
      type: 'choice',
      isOptional: true,
      choices: [
        { value: 'a', label: 'First' },
        { value: 'b', label: 'Second', hint: 'dim' },
      ],
    });
  });

  it('have defaults that the recipe names: its namespace, its first environment, its sample', () => {
    const [environment, namespace, source] = questions(`namespace: store
source: { path: sample, ask: 'Whose code?', why: Your own code or the sample of the recipe. }
environments: { prod: {}, local: {} }
`);
    expect([environment?.default, namespace?.default]).toEqual(['prod', 'store']);
    expect(source).toMatchObject({ ask: 'Whose code?', default: 'sample', isPersonal: true });
  });

  it('ask for a secret only where no earlier source gives it', () => {
    const [, , , , url] = questions(`questions:
  - { id: database, ask: 'Which?', why: It decides which one., default: cluster }
  - { id: debug, ask: 'Debug?', why: It tells more then., type: boolean, default: false }
database: { postgres: {} }
secrets:
  backend:
    when: answers.debug
    keys:
      url:
        - { from: '\${database.url}', when: answers.database == "cluster" }
        - { ask: Database URL, why: It is kept in the cluster., check: postgres-url, optional: true }
`);
    expect(url).toMatchObject({
      id: 'secrets.backend.url',
      ask: 'Database URL?',
      type: 'secret',
      check: 'postgres-url',
      isOptional: true,
    });
    expect(url?.when).toBe('(answers.debug) && (!(answers.database == "cluster"))');
  });

  it('each say why they are asked, and end with a question mark', () => {
    for (const question of questions(
      'environments: { a: {}, b: {} }\nsecrets: { s: { keys: { k: { ask: Key } } } }\n',
    )) {
      expect(question.why.length).toBeGreaterThan(10);
      expect(question.ask).toMatch(/\?$/);
    }
  });
});
