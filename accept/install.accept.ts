// Every mixer installs alone: tarballs of its dependency closure in an empty directory, where its README's program runs;
// and the program that makes a model runs once the composer has been installed beside it. The command line installs and answers.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Package, readRepository, root, textOf } from '../scripts/check/repository.ts';
import { mixersOf } from '../scripts/check/siblings.ts';
import { programOf, readFences } from '../scripts/doctest/fences.ts';
import { closureOf, packInto } from '../scripts/pack/tarballs.ts';

const repository = readRepository(root);
const packageIn = (folder: string) => repository.packages.find((pack) => pack.folder === folder) as Package;
const directory = mkdtempSync(join(tmpdir(), 'twill-install-'));
const same = transformSync(readFileSync(join(root, 'scripts/doctest/same.ts'), 'utf8'), { loader: 'ts' }).code;

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Installs the tarballs of a package and all it stands on into a program's folder. @returns the names of the packages. */
function install(pack: Package, home: string): string[] {
  const closure = closureOf(repository, pack);
  const tarballs = packInto(join(directory, 'tarballs', pack.folder), closure);
  mkdirSync(home, { recursive: true });
  if (!existsSync(join(home, 'package.json'))) {
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  }
  run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], home);
  return closure.map(({ manifest }) => manifest.name);
}

beforeAll(() => {
  run('pnpm', ['exec', 'turbo', 'build'], root);
});

afterAll(() => rmSync(directory, { recursive: true }));

describe.each(mixersOf(repository))('$manifest.name', (pack) => {
  const home = join(directory, 'homes', pack.folder);

  it('installs from the tarballs of its closure and nothing of the workspace beyond it', () => {
    const names = install(pack, home);
    const tree = run('npm', ['ls', '--all'], home);
    process.stdout.write(tree);
    const installed = [...new Set(tree.match(/@twilljs\/[\w-]+/g))].sort();
    expect(installed).toEqual(names.sort());
  });

  const fences = readFences('README.md', textOf(pack, 'README.md') ?? '').filter(({ norun }) => norun === null);
  const isModel = ({ code }: (typeof fences)[number]) => code.includes("'@twilljs/hybrid'");

  function runAll(programs: typeof fences): void {
    expect(programs).not.toEqual([]);
    writeFileSync(join(home, 'same.js'), same);
    for (const fence of programs) {
      writeFileSync(join(home, 'program.js'), programOf(fence, './same.js'));
      run('node', ['program.js'], home);
    }
  }

  it('runs the program of its README there', () => runAll(fences.filter((fence) => !isModel(fence))));

  it('runs as a model with the composer', () => {
    install(packageIn('hybrid'), home);
    runAll(fences.filter(isModel));
  });
});

describe('@twilljs/cli', () => {
  const home = join(directory, 'homes', 'cli');
  const twill = (...args: string[]) => run('npx', ['--no-install', 'twill', ...args], home);

  it('installs as the command twill, which trains and continues a text', () => {
    const pack = packageIn('cli');
    install(pack, home);
    expect(twill('--version').trim()).toBe(pack.manifest.version);
    writeFileSync(join(home, 'text.txt'), 'over three threads, under one; '.repeat(40));
    const sizes = ['--layers', '1', '--hidden-size', '16', '--heads', '1', '--head-dim', '16'];
    twill('train', '--data', 'text.txt', '--steps', '2', '--out', 'run', ...sizes);
    expect(twill('generate', 'run', '--prompt', 'over', '--max-tokens', '3')).toMatch(/^over/);
  });
});
