// The live pages of the documentation in headless Firefox, over WebDriver BiDi: each comes to its figure on wasm, behind another tab.
// The site is the one that was built last.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../scripts/check/repository.ts';
import { livePages, serveSite } from './live-pages.ts';

const firefox = ['/usr/bin/firefox', '/usr/bin/firefox-esr'].find((path) => existsSync(path));
const built = join(root, 'docs/.vitepress/dist');
const lacks = firefox ? (existsSync(built) ? '' : 'the site is not built') : 'this machine has no Firefox';

let browser: Browser;
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  if (lacks) return;
  site = await serveSite(built);
  browser = await launch({ browser: 'firefox', executablePath: firefox!, headless: true });
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

it.for(livePages)('$name comes to its figure behind another tab', async ({ name, wrong }, { skip }) => {
  if (lacks) skip(lacks);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${site.url}/live/${name}`);
  await page.waitForSelector('.live-start');
  await page.click('.live-start');
  const other = await browser.newPage();
  await other.bringToFront();
  expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
  await page.waitForSelector('[data-state=done],[data-state=failed]', { timeout: 300_000 });
  const { state, ...found } = await page.$eval(
    '[data-live]',
    (element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>,
  );
  const device = await page.$eval('.live-device', (element) => element.textContent);
  console.log(`${name}: ${JSON.stringify(found)}; ${device}`);
  expect(state).toBe('done');
  expect(wrong(found)).toBe('');
  expect(complaints).toEqual([]);
  await other.close();
  await page.close();
});
