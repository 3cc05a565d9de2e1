// `pnpm pack-check`: packs every published package and asks publint, attw and two TypeScripts what a user's tools will say of the tarballs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Package, readRepository, root } from './check/repository.ts';
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
  const found = await compileAll();
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

/** All entries together in every setting; and each alone in the leanest, where it must bring along what it names. */
async function compileAll(): Promise<string[]> {
  const entries = packages.flatMap(({ folder, manifest: { name, exports } }) =>
    Object.entries(exports)
      .filter(([, exported]) => typeof exported !== 'string')
      .map(([entry]) => ({ name: join(name, entry), node: folder === 'cli' || entry === './node' })),
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
