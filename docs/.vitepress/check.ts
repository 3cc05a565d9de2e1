// What must hold of the finished site: every link leads somewhere, nothing comes from another host, the first page is light.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of the first page with all that it loads, compressed. */
const most = 250_000;

/**
 * @returns how large the site is, in a sentence.
 * @throws Error with every problem of the site in this folder.
 */
export function checkSite(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
  const pages = new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const ids = new Map([...pages].map(([path, html]) => [path, new Set(valuesOf(html, 'id'))]));
  const problems = [...pages].flatMap(([path, html]) => [
    ...valuesOf(html, 'src')
      .concat(resourcesOf(html))
      .flatMap((to) => checkResource(folder, path, to)),
    ...anchorsOf(html).flatMap((to) => checkLink(ids, path, to)),
  ]);
  const bytes = weightOf(folder, pages.get('index.html')!);
  if (bytes > most) problems.push(`index.html: ${bytes} bytes compressed with what it loads, over ${most}.`);
  if (problems.length > 0) throw new Error(`the site:\n${[...new Set(problems)].join('\n')}`);
  return `${pages.size} pages; the first one is ${(bytes / 1000).toFixed(1)} kB compressed, of at most ${most / 1000}`;
}

function checkResource(folder: string, page: string, to: string): string[] {
  if (to.startsWith('data:')) return [];
  if (/^([a-z]+:|\/\/)/.test(to)) return [`${page}: loads ${to}; everything comes from the site itself.`];
  return existsSync(join(folder, addressed(page, to))) ? [] : [`${page}: loads ${to}, which is not there.`];
}

function checkLink(ids: ReadonlyMap<string, ReadonlySet<string>>, page: string, to: string): string[] {
  if (/^[a-z]+:/.test(to)) return [];
  const [path, anchor] = to.split('#');
  const file =
    path === ''
      ? page
      : addressed(page, path)
          .replace(/\/$|^$/, '/index.html')
          .replace(/^\//, '');
  const found = ids.get(file) ?? ids.get(`${file}.html`);
  if (!found) return [`${page}: links to ${to}, which is no page.`];
  return !anchor || found.has(decodeURIComponent(anchor))
    ? []
    : [`${page}: links to ${to}, but no #${anchor} is there.`];
}

/** A path from the root of the site. */
function addressed(page: string, to: string): string {
  return to.startsWith('/') ? to.slice(1) : posix.join(posix.dirname(page), to);
}

/** A page, its styles, and its scripts with all that they import at once. */
function weightOf(folder: string, html: string): number {
  const seen = new Map<string, Buffer>();
  const visit = (path: string): void => {
    if (seen.has(path) || !existsSync(join(folder, path))) return; // what is not there has been named
    const contents = readFileSync(join(folder, path));
    seen.set(path, contents);
    if (!path.endsWith('.js')) return;
    for (const [, to] of contents.toString().matchAll(/(?:from|import)\s*["'](\.[^"']+\.js)["']/g))
      visit(join(dirname(path), to));
  };
  for (const to of [...valuesOf(html, 'src'), ...resourcesOf(html)])
    if (!to.startsWith('data:')) visit(addressed('', to));
  return [Buffer.from(html), ...seen.values()].reduce((sum, contents) => sum + gzipSync(contents).length, 0);
}

function valuesOf(html: string, attribute: string): string[] {
  return [...html.matchAll(new RegExp(`<[a-z][^>]*\\s${attribute}="([^"]*)"`, 'g'))].map(([, value]) =>
    unescaped(value),
  );
}

function resourcesOf(html: string): string[] {
  return [...html.matchAll(/<link\s[^>]*href="([^"]*)"/g)].map(([, value]) => unescaped(value));
}

function anchorsOf(html: string): string[] {
  return [...html.matchAll(/<a\s[^>]*href="([^"]*)"/g)].map(([, value]) => unescaped(value));
}

function unescaped(value: string): string {
  return value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
}
