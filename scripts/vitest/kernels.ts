// Builds the WebAssembly kernels once before any test file is read.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `scripts/asc.ts`, which does nothing when every kernel is up to date; tests that need a missing one then fail. */
export default function setup(): void {
  if (!existsSync(`${root}scripts/asc.ts`)) return;
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/asc.ts'], { cwd: root, stdio: 'inherit' });
}
