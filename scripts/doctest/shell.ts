// Runs the commands of a page of the guide, one block after the other in one directory, as somebody does who follows it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../check/repository.ts';
import type { Fence } from './fences.ts';

/**
 * `npx twill` is the command line from source, and `npm i` finds that the packages it names are here already.
 * In the directory lies `node_modules`, as after it, and a `package.json` whose programs are modules.
 */
const prelude = `
set -euo pipefail
npx() {
  [ "$1" = twill ] || { echo "npx $1: the guide runs twill alone" >&2; return 1; }
  shift
  node --conditions=@twilljs/source --import "$TWILL_ROOT/node_modules/tsx/dist/loader.mjs" "$TWILL_ROOT/scripts/twill.ts" "$@"
}
npm() {
  [ "$1" = i ] || { echo "npm $1: the guide installs and nothing else" >&2; return 1; }
  shift
  for name in "$@"; do
    [ -d "node_modules/$name" ] || { echo "npm i $name: no such package" >&2; return 1; }
  done
}
`;

/** @returns What the first command that failed complained of, with all that was printed before it; null when all ended well. */
export function runCommands(fences: readonly Fence[]): string | null {
  const cwd = mkdtempSync(join(tmpdir(), 'twill-guide-'));
  try {
    writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'));
    const blocks = fences.map(({ file, line, code }) => `echo "== ${file}:${line}" >&2\n${code}`);
    const { status, stdout, stderr } = spawnSync('bash', ['-c', prelude + blocks.join('')], {
      cwd,
      encoding: 'utf8',
      // A package manager that runs the tests says by INIT_CWD where it was called, and paths are taken from there.
      env: { ...process.env, INIT_CWD: cwd, TWILL_ROOT: root },
    });
    return status === 0 ? null : `${stdout}${stderr}`;
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
