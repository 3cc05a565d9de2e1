// The worker of the recall page: Chromium downloads no more than `pnpm size` counts, and computes the bits of Node.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Asked, Told } from '../docs/live/recall.worker.ts';
import { buildForBrowser, bundleForBrowser } from '../scripts/bundle.ts';
import { root } from '../scripts/check/repository.ts';

const entry = join(root, 'docs/live/recall.worker.ts');
const asked: Asked = { layers: ['hgrn2', 'attention'], width: 32, pairs: 4, steps: 40 };
const folder = mkdtempSync(join(tmpdir(), 'twill-downloads-'));
const requests: string[] = [];
let server: Server;

beforeAll(async () => {
  const { outputFiles } = await buildForBrowser(entry);
  const files = new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const [path, contents] of files) writeFileSync(join(folder, path), contents);
  server = createServer(({ url = '/' }, response) => {
    const contents = files.get(url);
    if (contents) requests.push(url);
    const type = contents ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': type }).end(contents ?? '<!doctype html><title>Recall</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** What a run says of its numbers. */
const numbersOf = (told: readonly Told[]) => told.filter(({ kind }) => kind === 'step' || kind === 'recall');

async function inNode(): Promise<Told[]> {
  const program = `
    let handler;
    globalThis.addEventListener = (_, given) => { handler = given; };
    globalThis.postMessage = (told) => {
      console.log(JSON.stringify(told));
      if (told.kind === 'done' || told.kind === 'failed') process.exit();
    };
    await import(${JSON.stringify(join(folder, 'recall.worker.js'))});
    handler({ data: ${JSON.stringify(asked)} });
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function inChromium(): Promise<Told[]> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate(
      (asked) =>
        new Promise<Told[]>((resolve, reject) => {
          const all: Told[] = [];
          const worker = new Worker('recall.worker.js', { type: 'module' });
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.onmessage = ({ data }: MessageEvent<Told>) => {
            all.push(data);
            if (data.kind === 'done' || data.kind === 'failed') resolve(all);
          };
          worker.postMessage(asked);
        }),
      asked,
    );
  } finally {
    await browser.close();
  }
}

it('trains to the same bits in Node and in Chromium, which downloads one tier of what it runs', async () => {
  const page = await inChromium();
  const node = await inNode();
  expect(page.at(-1)!.kind).toBe('done');
  expect(numbersOf(page)).toHaveLength(asked.steps + 2);
  expect(numbersOf(page)).toEqual(numbersOf(node));
  expect(requests.filter((path) => /\.(plain|wide)\.gen/.test(path))).toEqual([]);
  // Of kernels: no more files than those that `pnpm size` counts, and not all of them where the probe is for Node alone.
  const { files } = await bundleForBrowser(entry);
  const counted = files.filter((path) => path.endsWith('.relaxed.gen.ts')).map((path) => basename(path, '.ts'));
  const loaded = requests.filter((path) => path.includes('.gen')).map((path) => path.slice(1).replace(/-\w+\.js$/, ''));
  expect(counted).toEqual(expect.arrayContaining(loaded));
  expect(loaded.length).toBeGreaterThan(20);
});
