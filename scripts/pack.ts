// `pnpm pack-check`: packs every published package and asks publint, attw and two TypeScripts what a user's tools will say of the tarballs;
// and compares their public API with packages/*/api.txt, which `pnpm pack-check --write` writes.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Package, readRepository, root } from './check/repository.ts';
import { Declarations, difference } from './pack/api.ts';
import { packInto } from './pack/tarballs.ts';
import { installInto, leanest, settings, typeProblems } from './pack/types.ts';

const destination = mkdtempSync(join(tmpdir(), 'twill-pack-'));
const home = join(destination, 'home');
const packages = readRepository(root).packages.filter(({ manifest }) => !manifest.private);
let problems = 0;
try {
  const tarballs = packInto(destination, packages);
  for (const [i, pack] of packages.entries()) {
    installInto(home, pack.manifest.name, tarballs[i]);
    const tarball = new Uint8Array(readFileSync(tarballs[i]));
    const found = [...(await lint(pack, tarball)), ...(await checkTypes(tarball))];
    problems += found.length;
    console.log(`${pack.manifest.name.padEnd(24)}${(tarball.length / 1000).toFixed(1).padStart(9)} kB packed`);
    for (const problem of found) console.error(`  ${problem}`);
  }
  const found = [...(await compileAll()), ...compareApi()];
  problems += found.length;
  for (const problem of found) console.error(problem);
} finally {
  rmSync(destination, { recursive: true });
}
console.log(`pack: ${problems} problems`);
if (problems > 0) process.exitCode = 1;

async function lint(pack: Package, { buffer }: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  return messages.map((message) => `publint: ${message.type}: ${formatMessage(message, pack.manifest)}`);
}

/** As `attw --profile esm-only`: Node's resolution of old, and `require` before it could load such modules, are left aside. */
async function checkTypes(tarball: Uint8Array): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (!result.types) return ['attw: there are no types'];
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && /^(node10|node16-cjs)$/.test(problem.resolutionKind)))
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
}

/** The entries that have declarations, `@twilljs/data/node` or `twilljs`. */
function entriesOf({ manifest: { name, exports } }: Package): string[] {
  return Object.entries(exports)
    .filter(([, exported]) => typeof exported !== 'string')
    .map(([entry]) => join(name, entry));
}

/** What differs from the files that hold the public API, so that no change of it goes unseen. */
function compareApi(): string[] {
  const declarations = new Declarations(home, packages.flatMap(entriesOf));
  return packages.flatMap((pack) => {
    const file = join(pack.directory, 'api.txt');
    const now = entriesOf(pack)
      .map((entry) => declarations.of(entry))
      .join('\n');
    if (process.argv.includes('--write')) writeFileSync(file, now);
    const found = difference(existsSync(file) ? readFileSync(file, 'utf8') : '', now);
    if (found.length === 0) return [];
    const where = `packages/${pack.folder}/api.txt`;
    return [`${where} is not the public API any more; if that is meant, \`pnpm pack-check --write\`:`, ...found];
  });
}

/** All entries together in every setting; and each alone in the leanest, where it must bring along what it names. */
async function compileAll(): Promise<string[]> {
  const entries = packages.flatMap((pack) =>
    entriesOf(pack).map((name) => ({ name, node: pack.folder === 'cli' || name.endsWith('/node') })),
  );
  const anywhere = entries.filter(({ node }) => !node).map(({ name }) => name);
  const all = entries.map(({ name }) => name);
  const programs = [
    ...settings.map((setting) => [setting.types.length > 0 ? all : anywhere, setting] as const),
    ...anywhere.map((name) => [[name], leanest] as const),
  ].values();
  const found: string[] = [];
  const compile = async () => {
    for (const [names, setting] of programs) found.push(...(await typeProblems(home, names, setting)));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compile));
  return found;
}
