// Our own sides: programs of subjects/, bundled from the sources of this checkout or of another revision, and run by plain Node.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { root } from '../../scripts/check/repository.ts';
import type { Command } from './contestant.ts';
import { BenchError } from './error.ts';

const cache = join(root, 'node_modules/.cache/bench');

/** All packages of the project come from one checkout. */
const packagesOf = (checkout: string): Plugin => ({
  name: 'packages',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(@twilljs\/|twilljs(\/|$))/ }, ({ path, kind, pluginData }) =>
      pluginData === checkout ? null : resolve(path, { kind, resolveDir: checkout, pluginData: checkout }),
    );
  },
});

/** Bundles a subject; imports that wait stay so, each in a file of its own. @returns the file to run. */
async function bundled(checkout: string, subject: string): Promise<string> {
  const outdir = join(cache, `${checkout === root ? 'here' : basename(checkout)}-${basename(subject)}`);
  await build({
    entryPoints: [join(root, `benchmarks/subjects/${subject}.ts`)],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@twilljs/source'],
    external: ['vega', 'vega-lite'],
    plugins: [packagesOf(checkout)],
    logLevel: 'error',
  });
  return join(outdir, `${basename(subject)}.mjs`);
}

/** A revision as a folder of its own, installed, with its kernels; made once. */
export function checkoutOf(revision: string): { checkout: string; commit: string } {
  let commit: string;
  try {
    const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
    commit = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    throw new BenchError(`--base: git knows no revision ${revision} here; give a commit, a branch or a tag.`);
  }
  const checkout = join(cache, commit.slice(0, 12));
  if (!existsSync(join(checkout, 'installed'))) {
    mkdirSync(checkout, { recursive: true });
    process.stderr.write(`Installing ${commit.slice(0, 7)}, once ...\n`);
    const install = 'npx -y pnpm@10 install --frozen-lockfile --prefer-offline && node_modules/.bin/tsx scripts/asc.ts';
    const script = `git -C "$0" archive ${commit} | tar x -C "$1" && cd "$1" && ${install} && touch installed`;
    execFileSync('bash', ['-ec', script, root, checkout], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return { checkout, commit: commit.slice(0, 7) };
}

export interface Place {
  /** Path of the Node that runs it. */
  readonly node: string;
  readonly threads: number;
}

export interface Job {
  /** A file of subjects/. */
  readonly subject: string;
  /** What it is told. */
  readonly [what: string]: unknown;
}

/** A side of a checkout. */
export async function twill({ node, threads }: Place, job: Job, name = 'twill', checkout = root): Promise<Command> {
  const file = await bundled(checkout, job.subject);
  return { name, program: node, args: [file, JSON.stringify(job)], env: { TWILL_THREADS: String(threads) } };
}
