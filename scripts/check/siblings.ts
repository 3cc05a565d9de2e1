// Siblings: the mixer packages have the same files, the same exports and the same README headings.
import { dirname, join } from 'node:path';
import { type Check, type Package, type Repository, sourceOf, textOf } from './repository.ts';
import { readExports } from './syntax.ts';

const headings = ['What', 'Equation', 'Install', 'Example', 'Shapes and state', 'Cost', 'Source'];

/** A mixer that is no recurrence of `scan` brings ops of its own with their kernels: their files, and what these export, it may have alone. */
const isOwnOp = (path: string): boolean =>
  /^src\/([\w-]+\/)?(naive|op|gpujs|wasm|webgpu|(op|cut|bits)\.test|op\.test-data)\.ts$/.test(path);

/** The packages that are siblings of each other, one mixer each: those that hold a paper's equation token by token. */
export function mixersOf({ packages }: Repository): Package[] {
  return packages.filter((pack) => textOf(pack, 'src/recurrence.ts') !== null);
}

/** The text below each heading of a README; under the empty name what stands before the first. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const [opening, ...sections] = text.replace(/^```[\s\S]*?^```/gm, '').split(/^## /m);
  const named = sections.map((section): [string, string] => {
    const end = `${section}\n`.indexOf('\n');
    return [section.slice(0, end).trim(), section.slice(end + 1)];
  });
  return new Map([['', opening.replace(/^# .*/, '')], ...named]);
}

export const siblings: Check = (repository) => {
  const family = mixersOf(repository);
  const [first, ...others] = family;
  if (!first) return [];
  return [
    ...others.flatMap((pack) => compare('files', first, pack, filesOf)),
    ...others.flatMap((pack) => compare('exports', first, pack, exportsOf)),
    ...family.flatMap(checkDirection),
    ...family.flatMap(checkReadme),
  ];
};

/** A table, the layer made of it, and the family that is handed in: each imports only what stands before it. */
const direction = ['src/fields.ts', 'src/layer.ts', 'src/family.ts'];

function checkDirection({ folder, files }: Package): string[] {
  return direction.flatMap((path, i) => {
    const imports = files.find((file) => file.path === path)?.imports ?? [];
    return imports
      .filter(({ from }) => direction.indexOf(join('src', from)) > i)
      .map(({ from }) => `packages/${folder}/${path}: imports ${from}; only ${direction.join(' <- ')} may be.`);
  });
}

function compare(what: string, first: Package, pack: Package, facts: (pack: Package) => string[]): string[] {
  const [left, right] = [facts(first), facts(pack)];
  const missing = left.filter((fact) => !right.includes(fact)).map((fact) => `has no ${fact}`);
  const extra = right.filter((fact) => !left.includes(fact)).map((fact) => `has ${fact}`);
  return [...missing, ...extra].map(
    (fact) => `packages/${pack.folder}: ${what} differ from packages/${first.folder}: it ${fact}; make them the same.`,
  );
}

function filesOf(pack: Package): string[] {
  return pack.files.filter((file) => file.kind !== 'assembly' && !isOwnOp(file.path)).map((file) => file.path);
}

/** Every exported name of every entry, with the mixer's own name replaced by `*`. */
function exportsOf(pack: Package): string[] {
  const own = new RegExp(pack.folder.replaceAll('-', '_?'), 'gi');
  const ops = pack.files.filter(({ path }) => isOwnOp(path)).flatMap(({ path }) => namesOf(pack, path));
  return Object.entries(pack.manifest.exports).flatMap(([entry, exported]) => {
    const names = namesOf(pack, sourceOf(exported) ?? '').filter((name) => !ops.includes(name));
    return names.map((name) => `${entry} ${name.replace(own, '*')}`);
  });
}

function namesOf(pack: Package, path: string): string[] {
  const read = (from: string): string => textOf(pack, join(dirname(path), from)) ?? '';
  return path === '' ? [] : readExports(path, textOf(pack, path) ?? '', read);
}

function checkReadme(pack: Package): string[] {
  const text = textOf(pack, 'README.md');
  if (text === null) return [`packages/${pack.folder}: has no README.md.`];
  const found = [...sectionsOf(text).keys()].filter((heading) => heading !== '');
  if (found.join() === headings.join()) return [];
  return [
    `packages/${pack.folder}/README.md: headings are [${found.join(', ')}]; they must be [${headings.join(', ')}].`,
  ];
}
