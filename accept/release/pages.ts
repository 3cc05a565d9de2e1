// Programs in a page: bundled by what users have, run in the browsers of this machine.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { launch } from 'puppeteer-core';
import { run } from './registry.ts';

/** Installed beside the program; the versions are what is newest in a major. */
export const bundlers = {
  esbuild: {
    packages: ['esbuild@0.28'],
    args: ['esbuild', 'page.js', '--bundle', '--splitting', '--format=esm', '--minify', '--outdir=dist'],
  },
  rollup: {
    packages: ['rollup@4', '@rollup/plugin-node-resolve@16'],
    args: ['rollup', 'page.js', '--plugin', 'node-resolve', '--format=es', '--dir=dist', '--silent'],
  },
  vite: { packages: ['vite@8'], args: ['vite', 'build', '--logLevel=error', '--config=vite.config.mjs'] },
  webpack: { packages: ['webpack@5', 'webpack-cli@6'], args: ['webpack', '--config=webpack.config.mjs'] },
} as const;

export type Bundler = keyof typeof bundlers;

const settings = {
  'vite.config.mjs': `export default { base: './', build: { target: 'es2022', modulePreload: false, rollupOptions: {
    input: 'page.js', output: { entryFileNames: 'page.js', chunkFileNames: '[name]-[hash].js' } } } };`,
  'webpack.config.mjs': `export default { mode: 'production', target: 'web', entry: './page.js', experiments: { outputModule: true },
    performance: { hints: false }, output: { module: true, path: process.cwd() + '/dist', filename: 'page.js', publicPath: './' } };`,
};

/** Bundles `page.js` of a folder into its `dist`. @param tools where the bundlers are installed. @returns the bundler's version. */
export function bundle(home: string, tools: string, bundler: Bundler): string {
  for (const [file, text] of Object.entries(settings)) writeFileSync(join(home, file), text);
  const [command, ...args] = bundlers[bundler].args;
  rmSync(join(home, 'dist'), { recursive: true, force: true });
  run(join(tools, 'node_modules/.bin', command), args, home);
  mkdirSync(join(home, 'dist'), { recursive: true });
  writeFileSync(
    join(home, 'dist/index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>runs</title><script type="module" src="./page.js"></script>',
  );
  const manifest = JSON.parse(readFileSync(join(tools, 'node_modules', bundler, 'package.json'), 'utf8'));
  return manifest.version;
}

export interface Browser {
  /** Name and version. */
  readonly name: string;
  /** The page's title when it has come to an end, and what it complained of. */
  visit(url: string): Promise<{ title: string; complaints: string[] }>;
  close(): Promise<void>;
}

const ended = () => document.title !== 'runs';

export async function openBrowsers(): Promise<{ browsers: Browser[]; skipped: string[] }> {
  const firefox = ['/usr/bin/firefox', '/usr/bin/firefox-esr'].find((path) => existsSync(path));
  const inChromium = existsSync('/usr/bin/chromium') ? await openChromium() : null;
  const inFirefox = firefox ? await openFirefox(firefox) : null;
  return {
    browsers: [inChromium, inFirefox].filter((browser) => browser !== null),
    skipped: [
      ...(inChromium ? [] : ['Chromium: not on this machine']),
      ...(inFirefox ? [] : ['Firefox: not on this machine']),
    ],
  };
}

async function openChromium(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  return {
    name: `Chromium ${browser.version().split('.')[0]}`,
    async visit(url) {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(url);
      await page.waitForFunction(ended, undefined, { timeout: 120_000 });
      const title = await page.title();
      await page.close();
      return { title, complaints };
    },
    close: () => browser.close(),
  };
}

async function openFirefox(executablePath: string): Promise<Browser> {
  const browser = await launch({ browser: 'firefox', executablePath, headless: true });
  return {
    name: (await browser.version()).replace('/', ' ').replace(/^firefox/, 'Firefox'),
    async visit(url) {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(url);
      await page.waitForFunction(ended, { timeout: 120_000 });
      const title = await page.title();
      await page.close();
      return { title, complaints };
    },
    close: () => browser.close(),
  };
}
