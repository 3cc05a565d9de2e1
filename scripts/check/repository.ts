// The repository as the checks see it: packages, their manifests and their source files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Import, readImports } from './syntax.ts';

/** One file of TypeScript; `assembly` is AssemblyScript, which has other imports than the rest. */
export interface SourceFile {
  /** Path from the package's folder, such as `src/index.ts`. */
  path: string;
  kind: 'source' | 'test' | 'assembly';
  text: string;
  lines: number;
  imports: Import[];
}

/** An entry of package.json `exports`. */
export type Exported = string | { '@twilljs/source': string; types: string; default: string };

/** The part of package.json that the checks read. */
export interface Manifest {
  name: string;
  version: string;
  exports: Record<string, Exported>;
  dependencies: Record<string, string>;
  /** What the build copies into this one: private packages, and some from elsewhere; and peers, for their types. */
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  /** Not published: other packages bundle it. */
  private?: boolean;
  [key: string]: unknown;
}

export interface Package {
  /** The folder's name under `packages/`. */
  folder: string;
  directory: string;
  manifest: Manifest;
  files: SourceFile[];
}

export interface Repository {
  root: string;
  packages: Package[];
}

/** What a check says of the whole repository: one line a problem, none when it holds. */
export type Check = (repository: Repository) => string[];

/** The root of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Reads every package below `root`. */
export function readRepository(root: string): Repository {
  const folders = readdirSync(join(root, 'packages')).filter((f) =>
    existsSync(join(root, 'packages', f, 'package.json')),
  );
  return { root, packages: folders.sort().map((folder) => readPackage(join(root, 'packages', folder), folder)) };
}

/** The source file behind an entry, as a path from the package's folder; null for a plain file such as package.json. */
export function sourceOf(exported: Exported): string | null {
  return typeof exported === 'string' ? null : exported['@twilljs/source'].replace('./', '');
}

/** The files of a package that some of them import, themselves included. */
export function reachedFrom(pack: Package, paths: readonly (string | null)[]): ReadonlySet<SourceFile> {
  const reached = new Set<SourceFile>();
  const visit = (path: string | null): void => {
    const file = pack.files.find((f) => f.path === path);
    if (!file || reached.has(file)) return;
    reached.add(file);
    for (const { from } of file.imports) if (from.startsWith('.')) visit(join(path as string, '..', from));
  };
  for (const path of paths) visit(path);
  return reached;
}

/** The text of a file of the package, or null when there is none. */
export function textOf(pack: Package, path: string): string | null {
  const file = join(pack.directory, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function readPackage(directory: string, folder: string): Package {
  const manifest: Manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const files = ['src', 'assembly'].flatMap((part) => walk(join(directory, part)));
  return { folder, directory, manifest, files: files.map((file) => readSource(directory, file)) };
}

function readSource(directory: string, file: string): SourceFile {
  const path = relative(directory, file).replaceAll('\\', '/');
  const text = readFileSync(file, 'utf8');
  const kind = path.split('/').includes('assembly') ? 'assembly' : /\.test(-data)?\.ts$/.test(path) ? 'test' : 'source';
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { path, kind, text, lines, imports: kind === 'assembly' ? [] : readImports(path, text) };
}

function walk(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return walk(path);
      return entry.name.endsWith('.ts') && !entry.name.endsWith('.gen.ts') ? [path] : [];
    });
}
