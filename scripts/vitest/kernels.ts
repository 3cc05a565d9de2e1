// Builds the WebAssembly kernels once before any test file is read.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs `scripts/asc.ts`, which does nothing when every kernel is up to date. */
export default function setup(): void {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/asc.ts'], { cwd, stdio: 'inherit' });
}
