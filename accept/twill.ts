// The command line from source, as processes of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts `twill` with these arguments. @param detached leads a process group of its own. */
export function twill(args: readonly string[], { detached = false }: { detached?: boolean } = {}): ChildProcess {
  const source = ['--import', 'tsx', '--conditions=@twilljs/source', 'scripts/twill.ts'];
  return spawn(process.execPath, [...source, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], detached });
}

/** How a process ended, and what it said. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null; text: string }> {
  let text = '';
  child.stderr?.on('data', (part) => {
    text += part;
  });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal, text }));
  });
}
