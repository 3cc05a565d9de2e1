// Threads in Chromium: as many as processors where the page is isolated, in it and in a worker of it; one elsewhere, with the reason.
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageScript } from './page-script.ts';

const CHROMIUM = '/usr/bin/chromium';

interface Outcome {
  threads: { count: number; reason: string };
  /** Pieces that each thread has done. */
  pieces: number[];
  values: number[];
  /** What is said where two threads are asked for by name; empty where they are given. */
  asked: string;
}

/** `globalThis.start()`: work that can be shared, until all threads have taken part. */
const program = `
  import { keep, scope, tensor } from '@twilljs/tensor';
  import { wasm } from '@twilljs/wasm';
  const numbers = Float32Array.from({ length: 256 * 256 }, (_, i) => Math.fround(((i * 7919) % 1009) / 504.5 - 1));
  globalThis.start = async () => {
    const device = await wasm();
    const x = keep(tensor(numbers, [256, 256], { device }));
    const run = () => scope(() => x.matmul(x, { transposeB: true }).sigmoid().sum([0]));
    let y = run();
    for (let n = 0; n < 500 && device.pieces().some((pieces) => pieces === 0); n++) {
      y = run();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const asked = await wasm({ threads: 2 }).then(({ threads }) => (threads === 2 ? '' : 'less'), (error) => String(error));
    const [threads, pieces, values] = [device.report().threads, device.pieces(), Array.from(await y.data())];
    device[Symbol.dispose]();
    return { threads, pieces, values, asked };
  };
`;

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Path to headers of a page. */
const pages: Record<string, Record<string, string>> = {
  '/isolated': isolated,
  '/plain': {},
  '/strict': { ...isolated, 'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" },
};

let script: string;
let server: Server;
let browser: Browser;
let processors: number;

/** In a page of its own. @param where the program runs. */
async function outcomeOf(path: string, where: 'page' | 'worker' = 'page'): Promise<Outcome> {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}${path}`);
  processors = await page.evaluate(() => navigator.hardwareConcurrency);
  const inWorker = () =>
    new Promise<Outcome>((resolve, reject) => {
      const worker = new Worker('/worker.js');
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  const inPage = () => (globalThis as unknown as { start(): Promise<Outcome> }).start();
  const outcome = await page.evaluate(where === 'page' ? inPage : inWorker);
  await page.close();
  return outcome;
}

describe.skipIf(!existsSync(CHROMIUM))(`${CHROMIUM}, without which this is skipped`, () => {
  beforeAll(async () => {
    script = await pageScript(program);
    server = createServer(({ url = '' }, response) => {
      if (url.endsWith('.js')) {
        response.writeHead(200, { 'Content-Type': 'text/javascript', ...isolated });
        response.end(url === '/worker.js' ? `${script}\nstart().then((outcome) => postMessage(outcome));` : script);
      } else {
        response.writeHead(200, { 'Content-Type': 'text/html', ...pages[url] });
        response.end('<script src="/program.js"></script>');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it.each(['page', 'worker'] as const)('several in an isolated %s', async (where) => {
    const { threads, pieces, asked } = await outcomeOf('/isolated', where);
    expect(threads).toEqual({ count: Math.min(8, processors), reason: '' });
    for (const done of pieces) expect(done).toBeGreaterThan(0);
    expect(asked).toBe('');
  });

  it('one in a page that is not isolated', async () => {
    const { threads, values, asked } = await outcomeOf('/plain');
    expect(threads).toEqual({ count: 1, reason: expect.stringContaining('this page is not cross-origin isolated') });
    expect(asked).toContain('DeviceError: wasm: 2 threads were asked for, but this page is not cross-origin isolated');
    expect((await outcomeOf('/isolated')).values).toEqual(values);
  });

  it('one in a page whose policy forbids workers', async () => {
    const { threads, asked } = await outcomeOf('/strict');
    expect(threads).toEqual({ count: 1, reason: expect.stringContaining('allow blob: in worker-src') });
    expect(asked).toContain('DeviceError: wasm: 2 threads were asked for, but workers cannot be started here');
  });
});
