import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The files that kubectl merges into one kubeconfig, as client-go's loading rules name them. */
export function kubeconfigFiles(environment: Record<string, string | undefined>, home: string): string[] {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : [join(home, '.kube', 'config')];
}

/** Changes whenever one of the files is written, replaced, made or removed. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      try {
        const { ino, size, mtimeMs } = await stat(file);
        return `${ino}:${size}:${mtimeMs}`;
      } catch {
        return 'unreadable'; // kubectl says why, when it reads it.
      }
    }),
  );
  return marks.join('|');
}
