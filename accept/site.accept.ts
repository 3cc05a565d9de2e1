// The documentation in headless Chromium: no page complains or asks another host, the search finds, the course runs where it says so.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../scripts/check/repository.ts';
import { same } from '../scripts/doctest/same.ts';
import { serveSite } from './live-pages.ts';

const dist = join(root, 'docs/.vitepress/dist');
const course = join(root, 'docs/course');
/** Lessons that run in their page. */
const lessons = readdirSync(course)
  .filter((file) => file.endsWith('.md') && readFileSync(join(course, file), 'utf8').includes('<RunExample'))
  .map((file) => file.slice(0, -'.md'.length));

let browser: Browser;
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  execFileSync('npx', ['-y', 'pnpm@10', 'docs:build'], { cwd: root, stdio: 'inherit' });
  site = await serveSite(dist);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** A page, and all that it complains of. */
async function opened(): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const add = (what: string) => complaints.push(`${page.url()}: ${what}`);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) add(message.text());
  });
  page.on('pageerror', ({ message }) => add(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) add(`asks ${request.url()}`);
  });
  return { page, complaints };
}

it('no page complains, asks another host, or is wider than a small screen', async () => {
  const { page, complaints } = await opened();
  await page.setViewportSize({ width: 390, height: 800 });
  const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
  const wide: string[] = [];
  for (const path of pages.filter((path) => path !== '404.html')) {
    await page.goto(`${site.url}/${path}`, { waitUntil: 'networkidle' });
    if ((await page.evaluate(() => document.documentElement.scrollWidth)) > 390) wide.push(path);
  }
  expect(pages.length).toBeGreaterThan(100);
  expect({ complaints, wide }).toEqual({ complaints: [], wide: [] });
});

it('the search finds names and pages', async () => {
  const { page, complaints } = await opened();
  await page.goto(site.url, { waitUntil: 'networkidle' }); // it is alive then
  for (const [asked, found] of [
    ['vectorDecay', '/api/scan/'],
    ['fine-tune', '/guide/fine-tune'],
  ]) {
    await page.keyboard.press('Control+k');
    await page.fill('.search-input', asked);
    await page.waitForSelector(`.VPLocalSearchBox a.result[href*="${found}"]`);
    await page.keyboard.press('Escape');
  }
  expect(complaints).toEqual([]);
});

/** Of a printed line: the value that it writes, or the line itself. */
function printedValue(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

it.each(lessons)('%s prints in its page what its lines say', async (name) => {
  const { page, complaints } = await opened();
  await page.goto(`${site.url}/course/${name}`);
  await page.click('.live-start');
  await page.waitForSelector('[data-example][data-state=done],[data-example][data-state=failed]', { timeout: 300_000 });
  const program = readFileSync(join(root, 'examples', `${name}.ts`), 'utf8');
  const promised = [...program.matchAll(/^console\.log\(.*\); \/\/ => (.*)/gm)].map(([, value]) => value);
  const printed = await page.locator('.example-printed code').allTextContents();
  expect(await page.getAttribute('[data-example]', 'data-state')).toBe('done');
  expect(printed.length).toBeGreaterThanOrEqual(promised.length); // a promise within a loop is printed several times
  if (printed.length === promised.length) {
    for (const [i, line] of printed.entries())
      same(printedValue(line.trimEnd()), promised[i], `${name}, line ${i + 1}`);
  }
  expect(complaints).toEqual([]);
});
