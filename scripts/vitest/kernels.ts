// Builds the WebAssembly kernels once before any test file is read.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `scripts/asc.ts`, which does nothing when every kernel is up to date. */
export default function setup(): void {
  if (!existsSync(`${root}scripts/asc.ts`)) return;
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/asc.ts'], { cwd: root, stdio: 'inherit' });
}
