import { isSecretRef, type SecretRef } from '../secrets/secret.ts';

export type AnswerValue = string | number | boolean | SecretRef;
/** Answers by question id. A secret is a reference into the vault. */
export type Answers = Record<string, AnswerValue>;

export interface Choice {
  value: string;
  label: string;
  /** Dim text beside the label. */
  hint?: string;
}

/** Lists that only the cluster or this host can give. */
export type LiveChoices = 'namespaces' | 'storageClasses' | 'ingressClasses';

export type AnswerType = 'text' | 'number' | 'boolean' | 'choice' | 'port' | 'folder' | 'secret';

export interface Question {
  id: string;
  /** The question, ending with a question mark. */
  ask: string;
  /** Why it is asked and what the answer changes. */
  why: string;
  type: AnswerType;
  choices?: Choice[];
  live?: LiveChoices;
  /** Literal, or text with `${...}` over earlier answers. Absent: an answer must be given. */
  default?: string | number | boolean;
  /** CEL over earlier answers; the question is not asked when it is false. */
  when?: string;
  /** Name of a check, or a pattern with its message. */
  check?: string | { pattern: string; message: string };
  /** An empty answer is allowed. */
  isOptional?: boolean;
  /** Answers that hold neither for a colleague nor for another day: never saved to an answers file. */
  isPersonal?: boolean;
}

/** One question as a prompter shows it: everything computed. */
export interface AskRequest {
  question: Question;
  choices: Choice[];
  /** Filled in; Enter takes it. For a secret that the cluster holds already: `kept`. */
  suggestion?: string;
  /** A secret with this name is in the cluster; Enter keeps it. */
  isKept?: boolean;
  /** Counts from 1; total may grow or shrink with the answers. */
  position: number;
  total: number;
  /** Title and text of what is answered so far, in order; secrets as bullets. */
  sofar: { title: string; text: string }[];
  canGoBack: boolean;
  /** The mistake in the previous try. */
  error?: string;
}

export type AskReply = { reply: 'answer'; text: string } | { reply: 'back' } | { reply: 'stop' };

/** Asks a person. Ink and line prompts are two of these; tests answer from a map. */
export interface Prompter {
  ask(request: AskRequest): Promise<AskReply>;
}

/** Answers without the secret ones. */
export function plain(answers: Answers | undefined): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(answers ?? {}).flatMap(([id, value]) => (isSecretRef(value) ? [] : [[id, value]])),
  );
}
