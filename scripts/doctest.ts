// Runs the programs of the documentation: every `ts` fence of every README and of docs/, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './check/repository.ts';
import { writeBundled } from './doctest/bundled.ts';
import { type Fence, programOf, readFences } from './doctest/fences.ts';

const same = join(root, 'scripts/doctest/same.ts');

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
export async function runFence(fence: Fence): Promise<string | null> {
  // Inside node_modules, from where what is imported by a variable is found.
  const cache = join(root, 'node_modules/.cache/doctest');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'program-'));
  const cwd = mkdtempSync(join(tmpdir(), 'twill-doctest-'));
  try {
    const program = await writeBundled(programOf(fence, same), folder);
    // What it starts or imports by a path reads sources, as it does.
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@twilljs/source', '--enable-source-maps', '--import', tsx, program],
      { cwd, encoding: 'utf8' },
    );
    return status === 0 ? null : stderr;
  } finally {
    for (const each of [folder, cwd]) rmSync(each, { recursive: true });
  }
}

function markdownBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.name.endsWith('.md') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}
