// Makes a page of the site from what typedoc wrote for an entry of a package.
import { posix } from 'node:path';
import type { Documented } from './packages.ts';

/** Headings that stand within each name: small print, which neither the outline nor the search is for. */
const small =
  /^#{4,6} (Parameters|Returns|Throws|Example|See|Implements|Extends|Extended by|Type Parameters|Type Declaration|Constructors|Constructor|Properties|Methods|Accessors|Get Signature|Set Signature|Call Signature|Indexable|Deprecated)$/gm;
/** Where else a member is declared. */
const elsewhere = /^#{4,6} (Implementation of|Inherited from|Overrides)\n\n.*\n/gm;
/** Names that a package hands on from others. */
const handedOn = /^## References\n(?:(?!^## ).*\n?)*/m;

export interface Page {
  /** From docs/api, without the ending. */
  readonly path: string;
  readonly text: string;
}

/**
 * The page of an entry.
 *
 * @param path of what typedoc wrote: `nn/src/wasm.md`.
 */
export function pageOf(path: string, written: string, packages: readonly Documented[]): Page {
  const at = addressOf(path);
  const [folder, entry] = at.split('/');
  const name = packages.find((pack) => pack.folder === folder)!.name;
  const title = entry === 'reference' ? name : posix.join(name, entry);
  const text = written
    .replace(/^<a id="([^"]*)"><\/a>\n\n(#+ .*)$/gm, (_, id, heading) => `${heading} {#${id}}`)
    .replace(handedOn, shortReferences)
    .replace(elsewhere, '')
    .replace(/^#{4,6} Constructor \{#.*\}$\n\n/gm, '')
    .replace(small, '**$1**')
    .replaceAll('__namedParameters', 'options')
    .replaceAll(/\]\(([^)#\s]+\.md)(#[^)]*)?\)/g, (_, to, anchor = '') => {
      return `](/api/${addressOf(posix.join(posix.dirname(path), to))}${anchor})`;
    });
  return { path: at, text: `# ${title}\n\n[What it is for, with examples](/api/${folder}/)\n\n${text}` };
}

/** `nn/src.md` is the entry of the package itself. */
function addressOf(path: string): string {
  const [folder, ...rest] = path.replace(/\.md$/, '').split('/');
  const entry = rest.at(-1)!;
  return `${folder}/${['src', 'README'].includes(entry) ? 'reference' : entry}`;
}

/** A line for each, with its link. */
function shortReferences(section: string): string {
  const names = [
    ...section.matchAll(/^### (.*?)(?: \{#.*\})?\n\n(Renames and re-exports|Re-exports) \[.*?\]\((.*)\)$/gm),
  ];
  return `## From other packages\n\n${names.map(([, name, , to]) => `[${name}](${to})`).join(' · ')}\n\n`;
}
