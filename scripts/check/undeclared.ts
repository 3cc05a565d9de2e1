// Dependencies: what is imported is declared, what is declared is imported, and Node stays out of the browser's entries.
import { join } from 'node:path';
import { type Check, type Package, type SourceFile, sourceOf } from './repository.ts';

export const undeclared: Check = ({ packages }) =>
  packages.flatMap((pack) => [
    ...checkDeclared(pack),
    ...checkUnused(pack),
    ...checkNode(pack),
    ...checkRelative(pack),
  ]);

function checkDeclared(pack: Package): string[] {
  return sources(pack).flatMap((file) =>
    file.imports
      .map(({ from }) => packageOf(from))
      .filter((name) => name !== null && !(name in pack.manifest.dependencies))
      .map(
        (name) => `packages/${pack.folder}/${file.path}: imports ${name}, which is not in dependencies; declare it.`,
      ),
  );
}

function checkUnused(pack: Package): string[] {
  const used = new Set(sources(pack).flatMap((file) => file.imports.map(({ from }) => packageOf(from))));
  return Object.keys(pack.manifest.dependencies)
    .filter((name) => !used.has(name))
    .map((name) => `packages/${pack.folder}/package.json: ${name} is declared and never imported; remove it.`);
}

/** No `node:` module in any file that an entry other than `./node` reaches; the command line runs in Node only. */
function checkNode(pack: Package): string[] {
  if (pack.folder === 'cli') return [];
  const entries = Object.entries(pack.manifest.exports).filter(([entry]) => entry !== './node');
  const reached = new Set<SourceFile>();
  for (const [, exported] of entries) reach(pack, sourceOf(exported), reached);
  return [...reached].flatMap((file) =>
    file.imports
      .filter(({ from }) => from.startsWith('node:'))
      .map(({ from }) => `packages/${pack.folder}/${file.path}: imports ${from}; only the ./node entry may.`),
  );
}

function checkRelative(pack: Package): string[] {
  return sources(pack).flatMap((file) =>
    file.imports
      .filter(({ from }) => from.startsWith('.') && !join(file.path, '..', from).startsWith('src/'))
      .map(({ from }) => `packages/${pack.folder}/${file.path}: ${from} leaves the package; import it by name.`),
  );
}

function reach(pack: Package, path: string | null, reached: Set<SourceFile>): void {
  const file = pack.files.find((f) => f.path === path);
  if (!file || reached.has(file)) return;
  reached.add(file);
  for (const { from } of file.imports) if (from.startsWith('.')) reach(pack, join(file.path, '..', from), reached);
}

function sources(pack: Package): SourceFile[] {
  return pack.files.filter((file) => file.kind === 'source');
}

/** The package that a bare import names; null for relative modules and Node's own. */
function packageOf(from: string): string | null {
  if (from.startsWith('.') || from.startsWith('node:')) return null;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}
