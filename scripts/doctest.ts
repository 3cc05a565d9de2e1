// Runs the programs of the documentation: every `ts` fence of every README and of docs/, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './check/repository.ts';
import { type Fence, programOf, readFences } from './doctest/fences.ts';

const same = pathToFileURL(join(root, 'scripts/doctest/same.ts')).href;

/** Every Markdown file that users read; the reference in docs/api is made of these READMEs. */
export function documents(): string[] {
  const packages = readdirSync(join(root, 'packages')).map((folder) => join(root, 'packages', folder, 'README.md'));
  return [join(root, 'README.md'), ...packages, ...markdownBelow(join(root, 'docs'))].filter(
    (file) => existsSync(file) && !file.startsWith(join(root, 'docs/api/')),
  );
}

/** The fences of a file, its path given from the root. */
export function fencesOf(file: string, language: 'ts' | 'sh' = 'ts'): Fence[] {
  return readFences(relative(root, file), readFileSync(file, 'utf8'), language);
}

/**
 * Runs one fence from source, in an empty working directory.
 *
 * @returns What it complained of, or null when it ended well.
 */
export function runFence(fence: Fence): string | null {
  // Inside node_modules, from where every package of the workspace can be imported by name.
  const cache = join(root, 'node_modules/.cache/doctest');
  mkdirSync(cache, { recursive: true });
  const program = join(cache, `${fence.file.replaceAll(/\W/g, '-')}-${fence.line}.mjs`);
  const cwd = mkdtempSync(join(tmpdir(), 'twill-doctest-'));
  try {
    writeFileSync(program, programOf(fence, same));
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@twilljs/source', '--enable-source-maps', '--import', tsx, program],
      { cwd, encoding: 'utf8' },
    );
    return status === 0 ? null : stderr;
  } finally {
    rmSync(program, { force: true });
    rmSync(cwd, { recursive: true });
  }
}

function markdownBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.name.endsWith('.md') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}
