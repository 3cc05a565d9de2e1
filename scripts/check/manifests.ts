// Manifests: every package.json, tsconfig.json and tsup.config.ts is the same but for what is the package's own.
import { type Check, type Package, sourceOf, textOf } from './repository.ts';

const own = [
  'name',
  'description',
  'exports',
  'dependencies',
  'devDependencies',
  'bin',
  'private',
  'peerDependencies',
  'peerDependenciesMeta',
];

/** What only some packages have. */
const optional = ['bin', 'devDependencies', 'private', 'peerDependencies', 'peerDependenciesMeta'];

export const manifests: Check = ({ packages }) => {
  const [first, ...others] = packages;
  if (!first) return [];
  return [
    ...packages.flatMap((pack) => [
      ...checkName(pack),
      ...checkExports(pack),
      ...checkDependencies(pack),
      ...checkPublished(pack, packages),
    ]),
    ...others.flatMap((pack) => [...checkKeys(first, pack), ...checkFiles(first, pack)]),
  ];
};

function checkName({ folder, manifest }: Package): string[] {
  const expected = folder === 'twilljs' ? 'twilljs' : `@twilljs/${folder}`;
  return manifest.name === expected
    ? []
    : [`packages/${folder}/package.json: name is ${manifest.name}, not ${expected}.`];
}

/** `./wasm` is `src/wasm.ts`, `dist/wasm.d.ts` and `dist/wasm.js`, in this order; and its source exists. */
function checkExports(pack: Package): string[] {
  const where = `packages/${pack.folder}/package.json`;
  return Object.entries(pack.manifest.exports).flatMap(([entry, exported]) => {
    const file = entry === '.' ? 'index' : entry.slice(2);
    const path = sourceOf(exported);
    const expected: unknown =
      path === null
        ? entry
        : { '@twilljs/source': `./src/${file}.ts`, types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` };
    if (JSON.stringify(exported) !== JSON.stringify(expected)) {
      return [`${where}: exports["${entry}"] is ${JSON.stringify(exported)}, not ${JSON.stringify(expected)}.`];
    }
    return textOf(pack, path ?? entry) === null
      ? [`${where}: exports["${entry}"] names ${path}, which is missing.`]
      : [];
  });
}

/**
 * What a published package needs is published, or copied into it by its build: then it is among devDependencies, where else only peers
 * stand, for their types.
 */
function checkPublished({ folder, manifest }: Package, packages: readonly Package[]): string[] {
  const where = `packages/${folder}/package.json`;
  const isPrivate = (name: string): boolean =>
    packages.some((other) => other.manifest.name === name && !!other.manifest.private);
  const installed = manifest.private ? [] : Object.keys(manifest.dependencies).filter(isPrivate);
  const isOurs = (name: string): boolean => packages.some((other) => other.manifest.name === name);
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const bundled = Object.keys(manifest.devDependencies ?? {}).filter(
    (name) => isOurs(name) && !isPrivate(name) && !peers.includes(name),
  );
  return [
    ...installed.map((name) => `${where}: ${name} is private and nobody can install it; move it to devDependencies.`),
    ...bundled.map((name) => `${where}: ${name} is no private package to bundle; move it to dependencies.`),
  ];
}

function checkDependencies({ folder, manifest }: Package): string[] {
  const where = `packages/${folder}/package.json`;
  const names = Object.keys(manifest.dependencies);
  const loose = Object.entries(manifest.dependencies)
    .filter(([name, range]) => /^(@twilljs\/|twilljs$)/.test(name) && range !== 'workspace:^')
    .map(([name, range]) => `${where}: ${name} is asked for as ${range}, not workspace:^.`);
  const sorted = names.join() === [...names].sort().join();
  return sorted ? loose : [...loose, `${where}: dependencies are not in alphabetical order.`];
}

function checkKeys(first: Package, { folder, manifest }: Package): string[] {
  const where = `packages/${folder}/package.json`;
  const keys = (m: object): string =>
    Object.keys(m)
      .filter((key) => !optional.includes(key))
      .join(' ');
  const differing = Object.keys(first.manifest)
    .filter((key) => !own.includes(key) && JSON.stringify(first.manifest[key]) !== JSON.stringify(manifest[key]))
    .map((key) => `${where}: ${key} differs from packages/${first.folder}; only ${own.join(', ')} may.`);
  if (keys(first.manifest) === keys(manifest)) return differing;
  return [...differing, `${where}: its keys are not those of packages/${first.folder} in the same order.`];
}

function checkFiles(first: Package, pack: Package): string[] {
  return ['tsconfig.json', 'tsup.config.ts']
    .filter((path) => textOf(first, path) !== textOf(pack, path))
    .map((path) => `packages/${pack.folder}/${path}: differs from packages/${first.folder}/${path}.`);
}
