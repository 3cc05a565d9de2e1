// The wasm device in Node 20 to 26 and Chromium (page and worker): the tier that each is said to run, and the same bits in all.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageScript } from './page-script.ts';

interface Outcome {
  tier: string;
  values: number[];
  /** Largest relative difference from the reference device. */
  error: number;
}

/** Sets `globalThis.outcome`, a promise: products, element-wise functions and sums, on wasm and on the reference. */
const program = `
  import { cpu, scope, tensor } from '@twilljs/tensor';
  import { wasm } from '@twilljs/wasm';
  const numbers = Float32Array.from({ length: 61 * 83 }, (_, i) => Math.fround(((i * 7919) % 1009) / 504.5 - 1));
  const run = async (device) => Array.from(await scope(() => {
    const x = tensor(numbers, [61, 83], { device });
    return x.matmul(x, { transposeB: true }).sigmoid().add(x.sum([1], true).softplus()).exp().log().sum([0]);
  }).data());
  globalThis.outcome = (async () => {
    const device = await wasm();
    const [values, expected] = [await run(device), await run(cpu())];
    const error = Math.max(...values.map((y, i) => Math.abs(y - expected[i]) / Math.abs(expected[i])));
    return { tier: device.tier, values, error };
  })();
`;

const folder = mkdtempSync(join(tmpdir(), 'twill-engines-'));
let script: string;
let reference: Outcome;

/** Runs the program in a process of its own; the path of the program is the last argument of `command`. */
function inNode(command: string, ...args: string[]): Outcome {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, `${script}\nprocess.stdout.write(JSON.stringify(await globalThis.outcome));`);
  const { TWILL_WASM: _, ...env } = process.env;
  return JSON.parse(execFileSync(command, [...args, file], { encoding: 'utf8', env }));
}

beforeAll(async () => {
  script = await pageScript(program);
  reference = inNode(process.execPath);
});

afterAll(() => rmSync(folder, { recursive: true }));

function same(outcome: Outcome, tier: string): void {
  expect(outcome.error).toBeLessThan(1e-6);
  expect(outcome.tier).toBe(tier);
  expect(outcome.values).toEqual(reference.values);
}

// Node 22 knows the flag and pairs nothing.
it.each([
  [20, 'relaxed'],
  [22, 'relaxed'],
  [24, 'wide'],
  [26, 'wide'],
])('Node %i runs %s', (version, tier) => same(inNode('npx', '-y', `node@${version}`), tier));

it('Chromium, in a page and in a worker', async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto('about:blank');
    await page.addScriptTag({ content: script });
    const here = () => (globalThis as unknown as { outcome: Promise<Outcome> }).outcome;
    same(await page.evaluate(here), 'relaxed');
    const worker = `${script}\nglobalThis.outcome.then((outcome) => postMessage(outcome));`;
    const inWorker = (text: string) =>
      new Promise<Outcome>((resolve, reject) => {
        const started = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
        started.onmessage = ({ data }) => resolve(data);
        started.onerror = ({ message }) => reject(new Error(message));
      });
    same(await page.evaluate(inWorker, worker), 'relaxed');
  } finally {
    await browser.close();
  }
});
