// A page that trains nothing and keeps every tape: it must go on in a bounded memory. And one that may not compile.
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageScript } from './page-script.ts';

/** Passes of ten tensors of 256 KiB, all of whose tapes survive with their results: 4 GiB after 1,600. */
const program = `
  import { keep, ones, parameter, scope } from '@twilljs/tensor';
  import { wasm } from '@twilljs/wasm';
  globalThis.start = async () => {
    const device = await wasm();
    const w = keep(parameter(ones([65536], { device })));
    let most = 0;
    for (let i = 0; i < 4000; i++) {
      const loss = scope(() => {
        let y = w;
        for (let n = 0; n < 10; n++) y = y.mul(w);
        return y.sum();
      });
      await loss.item();
      most = Math.max(most, device.bytesInUse);
    }
    return most;
  };
`;

let script: string;
let browser: Browser;

beforeAll(async () => {
  script = await pageScript(program);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(() => browser.close());

const start = () => (globalThis as unknown as { start(): Promise<number> }).start();

it('a loop whose results keep their tapes goes on in a bounded memory', async () => {
  const page = await browser.newPage();
  await page.goto('about:blank');
  await page.addScriptTag({ content: script });
  expect(await page.evaluate(start)).toBeLessThan(2 ** 29);
});

it('a policy without wasm-unsafe-eval is named', async () => {
  const page = await browser.newPage();
  await page.setContent(
    `<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline'"><script>${script}</script>`,
  );
  const refused = page.evaluate(start);
  await expect(refused).rejects.toThrow("add 'wasm-unsafe-eval' to its script-src");
});
