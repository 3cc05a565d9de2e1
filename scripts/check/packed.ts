// What users install: `dist`, and of `src` what an entry reaches. Tests and what only they use stay at home.
import { type Check, type Package, reachedFrom, sourceOf } from './repository.ts';

/** `files` of every package.json. */
export const packedFiles = ['dist', 'src', '!src/**/*.test*.ts'];

/** The definition of an op token by token: what tests compare with, and what readers of the source want. */
const isOracle = (path: string): boolean => path.endsWith('/naive.ts');

export const packed: Check = ({ packages }) => packages.flatMap((pack) => [...checkFiles(pack), ...checkReached(pack)]);

function checkFiles({ folder, manifest }: Package): string[] {
  if (JSON.stringify(manifest.files) === JSON.stringify(packedFiles)) return [];
  return [
    `packages/${folder}/package.json: files is ${JSON.stringify(manifest.files)}, not ${JSON.stringify(packedFiles)}.`,
  ];
}

/** Every file is for users, or named as what it is. */
function checkReached(pack: Package): string[] {
  const commands = pack.manifest.bin ? ['src/main.ts'] : [];
  const entries = [...Object.values(pack.manifest.exports).map(sourceOf), ...commands];
  const reached = reachedFrom(pack, entries);
  const sources = pack.files.filter(({ kind }) => kind === 'source');
  return [
    ...sources
      .filter((file) => !reached.has(file) && !isOracle(file.path))
      .map(({ path }) => `${path}: no entry reaches it; remove it, or end its name in .test-data.ts if tests use it.`),
    ...[...reached]
      .filter(({ kind }) => kind === 'test')
      .map(({ path }) => `${path}: an entry reaches it but it is not packed; give it another name.`),
  ].map((problem) => `packages/${pack.folder}/${problem}`);
}
