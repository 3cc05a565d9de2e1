// gpu.js: Gated DeltaNet learns recall by its WebAssembly in Node and by WebGL 2 in a page; what a page's policy must allow; what is installed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRepository, root } from '../scripts/check/repository.ts';
import { closureOf, packInto } from '../scripts/pack/tarballs.ts';
import { type Learned, learned } from './gpujs.ts';
import { pageScript } from './page-script.ts';

type Mode = Learned['tier'];

let browser: Browser;
const directory = mkdtempSync(join(tmpdir(), 'twill-gpujs-'));

beforeAll(async () => {
  const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
});

afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});

function requireRecall({ tier, recall, losses, seconds }: Learned, mode: Mode): void {
  process.stdout.write(`  ${tier}: recall ${recall}, loss ${losses.at(-1)}, ${seconds.toFixed(0)} s\n`);
  expect(tier).toBe(mode);
  expect(recall).toBeGreaterThanOrEqual(0.9);
}

it('learns recall in Node, by WebAssembly', async () => {
  requireRecall(await learned('webasm'), 'webasm');
});

it('learns recall in a page, by WebGL 2', async () => {
  const page = await browser.newPage();
  await page.goto('about:blank');
  await page.addScriptTag({
    content: await pageScript("import { learned } from './accept/gpujs.ts'; globalThis.learned = learned;"),
  });
  requireRecall(
    await page.evaluate(() => (globalThis as unknown as { learned: typeof learned }).learned('webgl2')),
    'webgl2',
  );
});

const opening = `
  import { gpujs } from '@twilljs/gpujs';
  import { ones } from '@twilljs/tensor';
  const open = async (mode) => ones([2], { device: gpujs({ mode }) }).add(1).sum().item();
  // In a turn of its own: what a debugger calls may evaluate whatever the policy says.
  globalThis.opened = (mode) => new Promise((resolve) => setTimeout(() => resolve(open(mode))));
`;

it.each<[Mode, policy: string, says: string | number]>([
  ['webgl2', "'unsafe-inline'", 4],
  ['webasm', "'unsafe-inline'", "add 'wasm-unsafe-eval' to its script-src"],
  ['webasm', "'unsafe-inline' 'wasm-unsafe-eval'", 4],
  ['cpu', "'unsafe-inline' 'wasm-unsafe-eval'", "add 'unsafe-eval' to its script-src"],
  ['cpu', "'unsafe-inline' 'unsafe-eval'", 4],
])('%s under a policy of %s', async (mode, policy, says) => {
  const page = await browser.newPage();
  await page.setContent(
    `<meta http-equiv="Content-Security-Policy" content="script-src ${policy}"><script>${await pageScript(opening)}</script>`,
  );
  const answer = page.evaluate((mode) => {
    const { opened } = globalThis as unknown as { opened(mode: string): Promise<number> };
    return opened(mode).catch((error: Error) => error.message);
  }, mode);
  if (typeof says === 'number') expect(await answer).toBe(says);
  else expect(await answer).toContain(says);
});

it('installs alone: nothing native, nothing from elsewhere, at most 3 MB', () => {
  execFileSync('pnpm', ['exec', 'turbo', 'build', '--filter=@twilljs/gpujs', '--output-logs=errors-only'], {
    cwd: root,
    stdio: 'inherit',
  });
  const repository = readRepository(root);
  const pack = repository.packages.find(({ folder }) => folder === 'gpujs')!;
  const tarballs = packInto(join(directory, 'tarballs'), closureOf(repository, pack));
  const home = join(directory, 'home');
  execFileSync('mkdir', ['-p', home]);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: home, stdio: 'ignore' });
  const modules = join(home, 'node_modules');
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(modules, path)).isFile(),
  );
  const bytes = files.reduce((sum, path) => sum + statSync(join(modules, path)).size, 0);
  process.stdout.write(`  ${files.length} files, ${(bytes / 1e6).toFixed(2)} MB\n`);
  expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['@twilljs']);
  expect(readdirSync(join(modules, '@twilljs')).sort()).toEqual(['gpujs', 'tensor']);
  expect(files.filter((path) => path.endsWith('.node'))).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(3e6);
});
