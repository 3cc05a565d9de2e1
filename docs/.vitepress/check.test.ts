// The checks of the site can fail.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkSite } from './check.ts';
import { resolveLink } from './links.ts';
import { withPolicy } from './policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'twill-site-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function site(files: Record<string, string>): () => void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return () => checkSite(folder);
}

it('takes a site whose links lead somewhere', () => {
  const index =
    '<script src="/app.js"></script><a href="/a/">a</a><a href="./a/b.html#c">b</a><a href="https://x.org">x</a>';
  const files = {
    'index.html': index,
    'app.js': 'import"./part.js"',
    'part.js': '',
    'a/index.html': '<a href="b">b</a>',
  };
  expect(site({ ...files, 'a/b.html': '<h2 id="c">c</h2><a href="#c">c</a>' })()).toContain('3 pages');
});

it('names links to no page and to no heading', () => {
  const check = site({ 'index.html': '<a href="/gone.html">x</a><a href="#none">y</a>' });
  expect(check).toThrow('index.html: links to /gone.html, which is no page.');
  expect(check).toThrow('index.html: links to #none, but no #none is there.');
});

it('names what is loaded from elsewhere, and what is not there', () => {
  const check = site({
    'index.html': '<link rel="stylesheet" href="https://x.org/a.css">',
    'b.html': '<img src="c.png">',
  });
  expect(check).toThrow('index.html: loads https://x.org/a.css; everything comes from the site itself.');
  expect(check).toThrow('b.html: loads c.png, which is not there.');
});

it('weighs the first page with what its scripts import', () => {
  const noise = Array.from({ length: 60_000 }, (_, i) => Math.sin(i)).join();
  const files = { 'index.html': '<script src="/app.js"></script>', 'app.js': 'import"./part.js"', 'part.js': noise };
  expect(site(files)).toThrow(/index\.html: \d+ bytes compressed with what it loads, over 250000\./);
});

it('allows inline scripts by their hashes alone', () => {
  const html = withPolicy('<head></head><script>go()</script><script src="/app.js"></script>');
  const [, policy] = /content="([^"]*)"/.exec(html) ?? [];
  const allowed = policy.split('; ').find((part) => part.startsWith('script-src'));
  expect(allowed).toMatch(/^script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/]{43}='$/);
});

it('leads from READMEs to pages, and names files that are no pages', () => {
  expect(resolveLink('README.md', 'packages/gla')).toEqual({ page: '/api/gla/' });
  expect(resolveLink('packages/cli/README.md', '../eval/README.md#probes')).toEqual({ page: '/api/eval/#probes' });
  expect(resolveLink('docs/speed.md', 'decisions/0025-threads.md')).toEqual({ file: 'docs/decisions/0025-threads.md' });
  expect(resolveLink('docs/guide/index.md', 'https://x.org')).toBe(null);
  expect(() => resolveLink('README.md', 'nowhere.md')).toThrow('README.md: links to nowhere.md, which does not exist.');
});
