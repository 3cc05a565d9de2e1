// Every mixer installs alone: tarballs of its dependency closure in an empty directory, where its README's program runs;
// and the program that makes a model runs once the composer has been installed beside it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepository, root, textOf } from '../scripts/check/repository.ts';
import { mixersOf } from '../scripts/check/siblings.ts';
import { programOf, readFences } from '../scripts/doctest/fences.ts';
import { closureOf, packInto } from '../scripts/pack/tarballs.ts';

const repository = readRepository(root);
const directory = mkdtempSync(join(tmpdir(), 'twill-install-'));
const same = transformSync(readFileSync(join(root, 'scripts/doctest/same.ts'), 'utf8'), { loader: 'ts' }).code;

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  run('pnpm', ['exec', 'turbo', 'build'], root);
});

afterAll(() => rmSync(directory, { recursive: true }));

describe.each(mixersOf(repository))('$manifest.name', (pack) => {
  const home = join(directory, 'homes', pack.folder);

  it('installs from the tarballs of its closure and nothing of the workspace beyond it', () => {
    const closure = closureOf(repository, pack);
    const tarballs = closure.map((each) => packInto(join(directory, 'tarballs', pack.folder), each));
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], home);
    const tree = run('npm', ['ls', '--all'], home);
    process.stdout.write(tree);
    const installed = [...new Set(tree.match(/@twilljs\/[\w-]+/g))].sort();
    expect(installed).toEqual(closure.map(({ manifest }) => manifest.name).sort());
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
    const composer = repository.packages.find(
      ({ folder }) => folder === 'hybrid',
    ) as (typeof repository.packages)[number];
    const tarballs = closureOf(repository, composer).map((each) =>
      packInto(join(directory, 'tarballs', 'hybrid'), each),
    );
    run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], home);
    runAll(fences.filter(isModel));
  });
});
