// Links of a page into the repository: READMEs of packages are pages of the reference; other files have no address here and are named.
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';
import { packagesOf } from './api/packages.ts';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const published = new Set(packagesOf(root).map(({ folder }) => folder));

/**
 * Where a link of a document leads.
 *
 * @param from the document, as a path from the root of the repository.
 * @returns An address within the site, or a path from the root to a file that is no page of it; null for a link that is neither.
 * @throws Error when there is no such file.
 */
export function resolveLink(from: string, href: string): { page: string } | { file: string } | null {
  if (/^([a-z]+:|#|\/)/.test(href)) return null;
  const [, path, anchor] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  const file = relative(root, join(root, dirname(from), decodeURI(path)));
  if (!existsSync(join(root, file))) throw new Error(`${from}: links to ${href}, which does not exist.`);
  const [, name] = /^packages\/([\w-]+)(?:\/README\.md)?$/.exec(file) ?? [];
  if (name && published.has(name)) return { page: `/api/${name}/${anchor ?? ''}` };
  const isPage = file.startsWith('docs/') && !file.startsWith('docs/decisions');
  return isPage ? { page: `/${file.slice('docs/'.length)}${anchor ?? ''}` } : { file };
}

/** A plugin of markdown-it that follows `resolveLink`. */
export function repositoryLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    const from = sourceOf(relative(root, env.path));
    for (const { children } of tokens) {
      let isOpen = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const to = resolveLink(from, token.attrGet('href') ?? '');
          isOpen = to !== null && 'file' in to;
          if (to && 'page' in to) token.attrSet('href', to.page);
          if (to && 'file' in to) {
            token.type = 'html_inline';
            token.content = `<span class="in-repository" title="${to.file} of the repository">`;
          }
        } else if (token.type === 'link_close' && isOpen) {
          isOpen = false;
          token.type = 'html_inline';
          token.content = '</span>';
        }
      }
    }
  });
}

/** Where a page was written: pages of the reference are READMEs of packages, and read there. */
function sourceOf(page: string): string {
  const [, folder, name] = /^docs\/api\/([\w-]+)\/([\w-]+)\.md$/.exec(page) ?? [];
  if (!folder) return page;
  return name === 'index' ? `packages/${folder}/README.md` : `packages/${folder}/src/${name}/README.md`;
}
