// A first-time reader: the pages from installing to a report of one's own text, followed to the letter in an empty directory, with the
// packed packages. What each block took is printed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { type Package, readRepository, root } from '../scripts/check/repository.ts';
import { type Fence, programOf } from '../scripts/doctest/fences.ts';
import { fencesOf } from '../scripts/doctest.ts';
import { closureOf, packInto } from '../scripts/pack/tarballs.ts';

const pages = ['index', 'first-hybrid', 'your-own-text'].map((name) => join(root, `docs/guide/${name}.md`));
const home = mkdtempSync(join(tmpdir(), 'twill-reader-'));
const tarballs = mkdtempSync(join(tmpdir(), 'twill-tarballs-'));

afterAll(() => {
  for (const folder of [home, tarballs]) rmSync(folder, { recursive: true });
});

/** `npm i` of packages that are not published yet, by the tarballs of all they stand on: a line `name tarball tarball ...` for each. */
function packed(): string {
  const repository = readRepository(root);
  const published = repository.packages.filter(({ manifest }) => manifest.private !== true);
  const paths = packInto(tarballs, published);
  const tarballOf = (pack: Package) => paths[published.indexOf(pack)];
  return published
    .map((pack) => `${pack.manifest.name} ${closureOf(repository, pack).map(tarballOf).join(' ')}`)
    .join('\n');
}

const prelude = `
set -euo pipefail
npm() {
  [ "$1" = i ] || { echo "npm $1: the guide installs and nothing else" >&2; return 1; }
  shift
  local all=()
  for name in "$@"; do
    local line; line=$(grep "^$name " "$TWILL_PACKED" || echo "$name $name")
    all+=(\${line#* })
  done
  command npm i --no-audit --no-fund "\${all[@]}"
}
`;

function follow(fence: Fence, language: 'sh' | 'ts'): void {
  if (language === 'sh') {
    const env = { ...process.env, INIT_CWD: home, TWILL_PACKED: join(tarballs, 'packed') };
    execFileSync('bash', ['-c', prelude + fence.code], { cwd: home, env, stdio: ['ignore', 'inherit', 'inherit'] });
    return;
  }
  writeFileSync(join(home, 'program.mjs'), programOf(fence, './same.mjs'));
  execFileSync('node', ['program.mjs'], { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] });
}

it('comes from an empty directory to a hybrid, and to a report of its own text', () => {
  execFileSync('pnpm', ['exec', 'turbo', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(tarballs, 'packed'), packed());
  const same = transformSync(readFileSync(join(root, 'scripts/doctest/same.ts'), 'utf8'), { loader: 'ts' }).code;
  writeFileSync(join(home, 'same.mjs'), same);
  const blocks = pages.flatMap((file) =>
    (['sh', 'ts'] as const)
      .flatMap((language) => fencesOf(file, language).map((fence) => ({ fence, language })))
      .sort((a, b) => a.fence.line - b.fence.line),
  );
  const begun = performance.now();
  for (const { fence, language } of blocks) {
    const at = performance.now();
    if (fence.norun === null) follow(fence, language);
    const took = fence.norun === null ? `${((performance.now() - at) / 1000).toFixed(1)} s` : `not run: ${fence.norun}`;
    console.log(`${fence.file}:${fence.line} (${language}): ${took}`);
  }
  console.log(`the reader's path: ${((performance.now() - begun) / 1000).toFixed(0)} s of machine time`);
  expect(readdirSync(join(home, 'runs/notes'))).toEqual(
    expect.arrayContaining(['report.md', 'report.html', 'model.safetensors']),
  );
  expect(existsSync(join(home, 'runs/words/model.safetensors'))).toBe(true);
});
