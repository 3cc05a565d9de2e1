// What a new package lacks: its line in everything that lists packages; and a new mixer: words of its own and the checks of its kind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, type Package, type Repository, textOf } from './repository.ts';
import { mixersOf, sectionsOf } from './siblings.ts';

export const newcomers: Check = (repository) => {
  const family = mixersOf(repository);
  return [
    ...repository.packages.flatMap((pack) => [...checkTitle(pack), ...checkListed(repository, pack)]),
    ...family.flatMap((pack) => [
      ...checkName(pack),
      ...checkTests(pack),
      ...checkHandedIn(repository, pack),
      ...checkOwnWords(family, pack),
    ]),
  ];
};

function checkTitle(pack: Package): string[] {
  const [title, expected] = [textOf(pack, 'README.md')?.split('\n')[0], `# ${pack.manifest.name}`];
  return title === undefined || title === expected
    ? []
    : [`packages/${pack.folder}/README.md: its title is '${title}', not '${expected}'.`];
}

/** The root's own manifest, from which documents and tests import every package; of one that is published also the README and a changeset or a changelog. */
function checkListed({ root }: Repository, { folder, manifest, directory }: Package): string[] {
  const { name, private: isPrivate = false } = manifest;
  const read = (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
  const changesets = existsSync(join(root, '.changeset')) ? readdirSync(join(root, '.changeset')) : [];
  const announced = changesets.some(
    (file) => file.endsWith('.md') && read(`.changeset/${file}`).includes(`'${name}':`),
  );
  const lacks: [boolean, string][] = [
    [
      name in JSON.parse(read('package.json')).devDependencies,
      `package.json: ${name} is not among its devDependencies; run pnpm add -w -D ${name}@workspace:^.`,
    ],
    [
      isPrivate || read('README.md').includes(`(packages/${folder})`),
      `README.md: does not list packages/${folder}; add it to the table.`,
    ],
    [
      isPrivate || announced || existsSync(join(directory, 'CHANGELOG.md')),
      `packages/${folder}: no changeset names ${name}; run pnpm changeset.`,
    ],
  ];
  return lacks.filter(([has]) => !has).map(([, problem]) => problem);
}

function checkName(pack: Package): string[] {
  const name = /^ {2}name: '(.*)',$/m.exec(textOf(pack, 'src/family.ts') ?? '')?.[1];
  return name === pack.folder
    ? []
    : [`packages/${pack.folder}/src/family.ts: the family's name is ${name}, not ${pack.folder}.`];
}

/** The contract of a mixer, and the paper's equation against the chunkwise form. */
function checkTests(pack: Package): string[] {
  const text = textOf(pack, 'src/mixer.test.ts') ?? '';
  return ['mixerChecks', 'paperError']
    .filter((check) => !text.includes(`${check}(`))
    .map((check) => `packages/${pack.folder}/src/mixer.test.ts: does not run ${check} of @twilljs/nn/testing.`);
}

function checkHandedIn({ packages }: Repository, { folder, manifest: { name } }: Package): string[] {
  const all = packages.find((pack) => pack.folder === 'twilljs');
  return ['src/mixers.ts', 'src/index.ts']
    .filter((path) => all && !all.files.find((file) => file.path === path)?.imports.some(({ from }) => from === name))
    .map((path) => `packages/twilljs/${path}: does not hand in packages/${folder}; import ${name} there.`);
}

/** What was copied from a sibling and not yet written anew. Of a pair, either may be the copy. */
function checkOwnWords(family: readonly Package[], pack: Package): string[] {
  const where = `packages/${pack.folder}`;
  const readme = textOf(pack, 'README.md') ?? '';
  const foreign = family
    .filter((other) => other !== pack && new RegExp(`${other.manifest.name}(?![\\w-])`).test(readme))
    .map(({ manifest: { name } }) => `${where}/README.md: speaks of ${name}; say what is this one's.`);
  const same = family
    .slice(family.indexOf(pack) + 1)
    .flatMap((other) =>
      [...words]
        .filter(([, read]) => read(pack) !== '' && read(pack) === read(other))
        .map(([what]) => `${where} and packages/${other.folder} have the same ${what}; write the copy's own.`),
    );
  return [...foreign, ...same];
}

const section = (heading: string) => (pack: Package) =>
  plain(pack, sectionsOf(textOf(pack, 'README.md') ?? '').get(heading) ?? '');

/** What no two mixers share, as text without their names. */
const words: ReadonlyMap<string, (pack: Package) => string> = new Map([
  ['description', (pack: Package) => plain(pack, String(pack.manifest.description))],
  ['README opening', section('')],
  ['README section Equation', section('Equation')],
  ['README section Source', section('Source')],
]);

/** Text without the package's own name, however it is spelt. */
function plain({ folder }: Package, text: string): string {
  return text.replace(new RegExp(folder.replaceAll('-', '[-_ ]?'), 'gi'), '*').trim();
}
