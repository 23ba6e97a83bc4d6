import { resolvePath, type Process } from './process.ts';
import { programs } from './programs.ts';
import { Session, type FindProgram } from './shell-session.ts';

/** Folders that the programs of the table are found in. */
const programFolders = /^(\/usr\/local\/bin|\/usr\/bin|\/bin|\/usr\/sbin|\/sbin)\//;

/** The program of this name or path; undefined when the container has none. */
export const findProgram: FindProgram = (name) => {
  const plain = name.replace(programFolders, '');
  if (plain === 'sh' || plain === 'bash' || plain === 'dash' || plain === 'ash')
    return (process) => shell(plain, process);
  return Object.hasOwn(programs, plain) ? programs[plain] : undefined;
};

/** `sh -c SCRIPT [NAME ARGS]`, `sh` with a script on its input or commands from a terminal. Wording as dash. */
async function shell(name: string, process: Process): Promise<number> {
  const args = process.args.filter((arg) => !/^-[aeiluvxE]+$/.test(arg));
  const session = new Session(name, process, findProgram);
  if (args[0]?.startsWith('-') === true && args[0].endsWith('c')) {
    if (args[1] !== undefined) return session.script(args[1], args.slice(2));
    await process.err(`${name}: 0: -c requires an argument\n`);
    return 2;
  }
  if (args[0] === undefined) return session.interactive();
  const content = process.container.files.get(resolvePath(process.cwd, args[0]));
  if (content !== undefined) return session.script(content.toString(), args);
  await process.err(`${name}: 0: cannot open ${args[0]}: No such file\n`);
  return 2;
}
