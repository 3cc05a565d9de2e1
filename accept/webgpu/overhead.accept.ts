// The host's work on a recorded step, beyond a bare loop of the same calls: at most 0.05 ms for 100 dispatches, in Node and in Chromium.
import { webgpu } from '@twilljs/webgpu';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { chromiumFlags } from '../chromium.ts';
import { pageScript } from '../page-script.ts';
import { type Overhead, overhead } from './overhead.ts';

const words = (where: string, { dispatches, step, bare }: Overhead) =>
  `${where}: ${dispatches} dispatches; for 100 of them ${step.toFixed(4)} ms, a bare loop ${bare.toFixed(4)}: ${(step - bare).toFixed(4)} ms more`;

it('in Node', async () => {
  using device = await webgpu();
  const measured = await overhead(device, 200);
  console.log(words('Node', measured));
  expect(measured.step - measured.bare).toBeLessThanOrEqual(0.05);
});

it('in Chromium', async () => {
  const browser = await chromium.launch(chromiumFlags);
  try {
    const page = await browser.newPage();
    // WebGPU is for secure pages.
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto('http://localhost/');
    await page.addScriptTag({
      content: await pageScript(`
        import { webgpu } from '@twilljs/webgpu';
        import { overhead } from './accept/webgpu/overhead.ts';
        globalThis.start = async () => overhead(await webgpu(), 200);
      `),
    });
    const measured = await page.evaluate(() => (globalThis as unknown as { start(): Promise<Overhead> }).start());
    console.log(words('Chromium', measured));
    expect(measured.step - measured.bare).toBeLessThanOrEqual(0.05);
  } finally {
    await browser.close();
  }
});
