// A release, whole: a copy of the last commit is published to a registry on this machine, and from there, in empty directories, every
// mixer alone, `twilljs` and the command line are installed and do what their READMEs say: on every Node, on Bun and Deno, and in pages
// by four bundlers in two browsers. The table goes to runs/release.md.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepository, root } from '../scripts/check/repository.ts';
import { mixersOf } from '../scripts/check/siblings.ts';
import { programOf } from '../scripts/doctest/fences.ts';
import { fencesOf } from '../scripts/doctest.ts';
import { serveSite } from './live-pages.ts';
import { type Browser, type Bundler, bundle, bundlers, openBrowsers } from './release/pages.ts';
import { install, type Registry, release, run, startRegistry } from './release/registry.ts';
import { installRuntimes, type Runtime } from './release/runtimes.ts';

const folder = mkdtempSync(join(tmpdir(), 'twill-release-'));
const repository = readRepository(root);
const published = repository.packages.filter(({ manifest }) => !manifest.private);
const same = transformSync(readFileSync(join(root, 'scripts/doctest/same.ts'), 'utf8'), { loader: 'ts' }).code;

/** Some numbers of one forward pass of a hybrid on WebAssembly, at the place of what a README's program promises. */
const forward = `
import { device, hybrid, initializer, mixers } from 'twilljs';
const config = { model_type: 'gated_deltanet', ratio: '1:1', num_hidden_layers: 2, hidden_size: 32, num_heads: 2, head_dim: 16 };
const on = await device({ name: 'wasm' });
const model = await hybrid({ ...config, vocab_size: 64 }, { mixers, init: initializer(0, 0.05) }).to(on);
const logits = await model.forward([[...Array(20).keys()]]).data();
export const found = JSON.stringify(Array.from(logits.slice(-64)));
`;

interface Program {
  /** What is installed, before it runs. */
  readonly packages: readonly string[];
  readonly code: string;
  /** Whether its `found` is numbers that must be those of Node 20. */
  readonly hasNumbers: boolean;
}

/** What READMEs promise of a package, each program after the ones before in one directory. */
const subjects: readonly { name: string; programs: readonly Program[] }[] = [
  ...mixersOf(repository).map(({ manifest: { name }, directory }) => ({
    name,
    programs: fencesOf(join(directory, 'README.md'))
      .filter(({ norun }) => norun === null)
      .map((fence) => ({
        packages: [name, ...(fence.code.includes("'@twilljs/hybrid'") ? ['@twilljs/hybrid', '@twilljs/wasm'] : [])],
        code: programOf(fence, './same.js'),
        hasNumbers: false,
      })),
  })),
  {
    name: 'twilljs',
    programs: [
      ...[join(root, 'README.md'), join(root, 'packages/twilljs/README.md')]
        .flatMap((file) => fencesOf(file))
        .filter(({ norun }) => norun === null)
        .map((fence) => ({ packages: ['twilljs'], code: programOf(fence, './same.js'), hasNumbers: false })),
      { packages: ['twilljs'], code: forward, hasNumbers: true },
    ],
  },
];

let registry: Registry;
let runtimes: readonly Runtime[];
let browsers: readonly Browser[];
/** Of the forward pass on Node 20. */
let numbers: readonly number[];
const homes = join(folder, 'homes');
const rows: string[][] = [];
const skipped: string[] = [];

beforeAll(async () => {
  registry = await startRegistry(join(folder, 'registry'));
  const versions = release(join(folder, 'copy'), registry);
  console.log(versions);
  expect(Object.keys(versions).sort()).toEqual(published.map(({ manifest }) => manifest.name).sort());
  // No major version is raised by itself, as changesets do for peers.
  const changesets = readdirSync(join(root, '.changeset')).filter((file) => file.endsWith('.md'));
  const asked = changesets.some((file) => / major$/m.test(readFileSync(join(root, '.changeset', file), 'utf8')));
  const raised = published.filter(
    ({ manifest: { name, version } }) => versions[name].split('.')[0] !== version.split('.')[0],
  );
  expect(asked ? [] : raised.map(({ manifest }) => manifest.name)).toEqual([]);
  runtimes = installRuntimes(join(folder, 'runtimes'));
  const reference = home('reference');
  install(reference, ['twilljs'], registry.env);
  numbers = JSON.parse(foundBy(runtimes[0], forward, reference));
  expect(numbers).toHaveLength(64);
  install(
    homes,
    Object.values(bundlers).flatMap(({ packages }) => packages),
  );
  const opened = await openBrowsers();
  browsers = opened.browsers;
  skipped.push(...opened.skipped);
});

afterAll(async () => {
  for (const browser of browsers ?? []) await browser.close();
  registry?.close();
  const table = [['what', 'where', 'numbers'], ['---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`);
  mkdirSync(join(root, 'runs'), { recursive: true });
  writeFileSync(join(root, 'runs/release.md'), `${[...table, '', ...skipped].join('\n')}\n`);
  console.log([...table, ...skipped].join('\n'));
  rmSync(folder, { recursive: true });
});

function home(name: string): string {
  const path = join(homes, name.replace('/', '-'));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  writeFileSync(join(path, 'same.js'), same);
  return path;
}

/** What the command line may install, with all that it stands on. */
const MOST = { files: 4250, megabytes: 36 };

/** What lies in a folder's node_modules. */
function installed(at: string): { files: number; megabytes: number } {
  const all = readdirSync(join(at, 'node_modules'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = all.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { files: all.length, megabytes: bytes / 1e6 };
}

/** Runs a program. @returns what it exports as `found`. */
function foundBy(runtime: Runtime, code: string, at: string): string {
  writeFileSync(join(at, 'program.js'), code);
  writeFileSync(join(at, 'main.js'), "const { found = '' } = await import('./program.js'); console.log(found);");
  return runtime.run('main.js', [], at).trimEnd().split('\n').at(-1)!;
}

/** Notes that numbers are those of Node 20: to the bit, or within 1e-5 where `Math` is another engine's. */
function passedWith(found: string, what: string, where: string, isSame: boolean): void {
  const values: number[] = JSON.parse(found);
  expect(values).toHaveLength(numbers.length);
  const apart = Math.max(...values.map((value, i) => Math.abs(value - numbers[i])));
  expect(apart, `${what} on ${where}`).toBeLessThanOrEqual(isSame ? 0 : 1e-5);
  rows.push([what, where, apart === 0 ? 'the bits of Node 20' : `within ${apart.toExponential(1)} of Node 20`]);
}

const AS_SAID = 'as its README says';

describe.each(subjects)('$name', ({ name, programs }) => {
  const at = home(name);

  it('runs from the registry on every runtime', () => {
    expect(programs.length).toBeGreaterThan(1);
    for (const [i, { packages, code, hasNumbers }] of programs.entries()) {
      install(at, packages, registry.env);
      for (const runtime of runtimes) {
        const [what, where] = [`${name}, program ${i + 1}`, runtime.name];
        const found = foundBy(runtime, code, at);
        if (hasNumbers) passedWith(found, what, where, runtime.isNode);
        else rows.push([what, where, AS_SAID]);
      }
    }
    expect(run('npm', ['ls', '--all', '--parseable'], at)).toContain(`node_modules/${name}`);
  });

  it.each(Object.keys(bundlers) as Bundler[])('runs in pages by %s', async (bundler) => {
    for (const [i, { code }] of programs.entries()) writeFileSync(join(at, `program${i}.js`), code);
    const hasNumbers = programs.some((program) => program.hasNumbers);
    const begun = programs.map((_, i) => `found = (await import('./program${i}.js')).found ?? found;`).join('\n');
    writeFileSync(
      join(at, 'page.js'),
      `(async () => { let found = ''; ${begun} return found; })().then(
        (found) => { document.title = 'right ' + found; },
        (error) => { document.title = 'wrong ' + (error.stack ?? error); });`,
    );
    const version = bundle(at, homes, bundler);
    const site = await serveSite(join(at, 'dist'));
    for (const browser of browsers) {
      const { title, complaints } = await browser.visit(`${site.url}/index.html`);
      expect(complaints, `${bundler}, ${browser.name}`).toEqual([]);
      expect(title).toMatch(/^right/);
      const [what, where] = [`${name}, ${programs.length} programs`, `${browser.name}, by ${bundler} ${version}`];
      if (hasNumbers) passedWith(title.slice('right '.length), what, where, true);
      else rows.push([what, where, AS_SAID]);
    }
    site.close();
  });
});

it('the command line runs by npx, and trains and writes on every runtime', () => {
  const at = home('cli');
  const { version } = JSON.parse(readFileSync(join(folder, 'copy/packages/cli/package.json'), 'utf8'));
  expect(run('npx', ['--yes', '@twilljs/cli', '--version'], at, registry.env).trim()).toBe(version);
  rows.push(['npx @twilljs/cli', 'Node of npm', version]);
  install(at, ['@twilljs/cli'], registry.env);
  const { files, megabytes } = installed(at);
  rows.push(['npm i @twilljs/cli', `${files} files`, `${megabytes.toFixed(1)} MB`]);
  expect(files).toBeLessThanOrEqual(MOST.files);
  expect(megabytes).toBeLessThanOrEqual(MOST.megabytes);
  writeFileSync(join(at, 'text.txt'), 'over three threads, under one; '.repeat(40));
  const sizes = ['--layers', '1', '--hidden-size', '16', '--heads', '1', '--head-dim', '16'];
  const program = 'node_modules/@twilljs/cli/bin/twill.js';
  for (const [i, runtime] of runtimes.entries()) {
    const out = `run${i}`;
    runtime.run(program, ['train', '--data', 'text.txt', '--steps', '2', '--out', out, ...sizes], at);
    const text = runtime.run(program, ['generate', out, '--prompt', 'over', '--max-tokens', '3'], at);
    expect(text).toMatch(/^over/);
    rows.push(['twill train, twill generate', runtime.name, 'done']);
  }
});
