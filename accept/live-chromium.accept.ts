// The live pages of the documentation in headless Chromium: each comes to its figure, also where the page was frozen meanwhile, can be
// stopped, says nothing to the console and asks no other host. Pictures of each, in light, dark and 390 px, go to runs/live. No page is
// ever hidden here: live-firefox.accept.ts has them behind another tab.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../scripts/check/repository.ts';
import { livePages, serveSite } from './live-pages.ts';

const pictures = join(root, 'runs/live');
let browser: Browser;
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  execFileSync('npx', ['-y', 'pnpm@10', 'docs:build'], { cwd: root, stdio: 'inherit' });
  mkdirSync(pictures, { recursive: true });
  site = await serveSite(join(root, 'docs/.vitepress/dist'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

const live = '[data-live]';
const said = (page: Page) =>
  page.$eval(live, (element) => ({ ...(element as HTMLElement).dataset }) as Record<string, string>);

/** A page that is being looked at, and all that it complains of. */
async function opened(name: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(`${site.url}/live/${name}`);
  await page.click('.live-start');
  return { page, complaints };
}

describe.each(livePages)('$name', ({ name, wrong }) => {
  it('comes to its figure, also where the page was frozen meanwhile', async () => {
    const { page, complaints } = await opened(name);
    await page.waitForSelector('.live-device'); // the worker runs
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await page.waitForTimeout(500);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await page.waitForSelector(`${live}[data-state=done],${live}[data-state=failed]`, {
      timeout: 300_000,
      state: 'attached',
    });
    const { state, ...found } = await said(page);
    console.log(`${name}: ${JSON.stringify(found)}; ${await page.textContent('.live-device')}`);
    await photograph(page, name);
    expect(state).toBe('done');
    expect(wrong(found)).toBe('');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('stops when it is told to, and begins again', async () => {
    const { page } = await opened(name);
    await page.click('.live-stop');
    expect((await said(page)).state).toBe('stopped');
    await page.click('.live-start');
    expect((await said(page)).state).toBe('running');
    await page.close();
  });
});

async function photograph(page: Page, name: string): Promise<void> {
  for (const [kind, width, dark] of [
    ['light', 1280, false],
    ['dark', 1280, true],
    ['390', 390, false],
  ] as const) {
    await page.setViewportSize({ width, height: 1000 });
    await page.evaluate((dark) => document.documentElement.classList.toggle('dark', dark), dark);
    await page.waitForTimeout(600); // colours change slowly
    await page.screenshot({ path: join(pictures, `${name}-${kind}.png`), fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
}
