import { ToolError } from '../errors/errors.ts';
import { sanitiseLine } from '../secrets/sanitise.ts';
import type { CommandOptions, CommandResult, RunCommand } from './shell/run.ts';

/**
 * Runs a program whose stdout is data: it is in the result and nowhere else. What a cluster holds, Secrets included,
 * and what a kubeconfig holds must not reach the log of commands.
 */
export async function capture(
  run: RunCommand,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const chunks: Buffer[] = [];
  const result = await run(argv, { ...options, onData: (chunk) => void chunks.push(chunk) });
  return { ...result, stdout: Buffer.concat(chunks).toString('utf8') };
}

/** The JSON that a program printed. What is no JSON (a page of a proxy, a cut-off answer) names the program, never a parser. */
export function jsonOf(result: CommandResult): unknown {
  const text = result.stdout.replace(/^\ufeff/, '').trim();
  try {
    return JSON.parse(text);
  } catch {
    // JSON that was cut off may hold secrets; only what never was JSON is quoted.
    const isData = /^[[{"]/.test(text);
    throw new ToolError(`${result.argv[0]} did not answer with JSON`, {
      argv: result.argv,
      status: result.status,
      lastLines: isData ? ['(JSON that ends too early)'] : [sanitiseLine(text.slice(0, 200))],
      code: 'unreadable-output',
    });
  }
}
