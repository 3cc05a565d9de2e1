// Dependencies: what is imported is declared, what is declared is imported, and Node stays out of the browser's entries.
import { join } from 'node:path';
import { type Check, type Package, type Repository, reachedFrom, type SourceFile, sourceOf } from './repository.ts';

export const undeclared: Check = (repository) =>
  repository.packages.flatMap((pack) => [
    ...checkDeclared(pack, bundledInto(repository, pack)),
    ...checkUnused(pack, bundledInto(repository, pack)),
    ...checkNode(pack),
    ...checkRelative(pack),
  ]);

/** The private packages that the build copies into this one, whose imports become its own. */
function bundledInto({ packages }: Repository, { manifest: { devDependencies = {} } }: Package): Package[] {
  return packages.filter(({ manifest }) => manifest.private && manifest.name in devDependencies);
}

function checkDeclared(pack: Package, bundled: readonly Package[]): string[] {
  const { dependencies, devDependencies = {}, peerDependencies = {} } = pack.manifest;
  // Of devDependencies the build makes a part of the package.
  const known = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  return [
    ...sources(pack).flatMap((file) =>
      importsOf(file)
        .filter((name) => !known.includes(name))
        .map(
          (name) => `packages/${pack.folder}/${file.path}: imports ${name}, which is not in dependencies; declare it.`,
        ),
    ),
    ...bundled.flatMap(({ folder, manifest }) =>
      Object.keys(manifest.dependencies)
        .filter((name) => !known.includes(name))
        .map(
          (name) =>
            `packages/${pack.folder}/package.json: bundles packages/${folder}, which needs ${name}; declare it.`,
        ),
    ),
  ];
}

function checkUnused(pack: Package, bundled: readonly Package[]): string[] {
  const { dependencies, devDependencies } = pack.manifest;
  const used = new Set([
    ...sources(pack).flatMap(importsOf),
    ...bundled.flatMap(({ manifest }) => Object.keys(manifest.dependencies)),
  ]);
  return Object.keys({ ...dependencies, ...devDependencies })
    .filter((name) => !used.has(name))
    .map((name) => `packages/${pack.folder}/package.json: ${name} is declared and never imported; remove it.`);
}

/** No `node:` module in any file that an entry other than `./node` reaches; the command line runs in Node only. */
function checkNode(pack: Package): string[] {
  if (pack.folder === 'cli') return [];
  const entries = Object.entries(pack.manifest.exports).filter(([entry]) => entry !== './node');
  const reached = reachedFrom(
    pack,
    entries.map(([, exported]) => sourceOf(exported)),
  );
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

function sources(pack: Package): SourceFile[] {
  return pack.files.filter((file) => file.kind === 'source');
}

const importsOf = (file: SourceFile): string[] =>
  file.imports.map(({ from }) => packageOf(from)).filter((name) => name !== null);

/** The package that a bare import names; null for relative modules and Node's own. */
function packageOf(from: string): string | null {
  if (from.startsWith('.') || from.startsWith('node:')) return null;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}
