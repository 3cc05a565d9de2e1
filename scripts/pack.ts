// `pnpm pack-check`: packs every published package and asks publint, attw and two TypeScripts what a user's tools will say of the tarballs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  for (const pack of packages) {
    const tarball = packInto(destination, pack);
    installInto(home, pack.manifest.name, tarball);
    const found = [...(await lint(pack, tarball)), ...checkTypes(tarball)];
    problems += found.length;
    console.log(`${pack.manifest.name.padEnd(24)}${(statSync(tarball).size / 1000).toFixed(1).padStart(9)} kB packed`);
    for (const problem of found) console.error(`  ${problem}`);
  }
  const found = compileAll();
  problems += found.length;
  for (const problem of found) console.error(problem);
} finally {
  rmSync(destination, { recursive: true });
}
console.log(`pack: ${problems} problems`);
if (problems > 0) process.exitCode = 1;

async function lint(pack: Package, tarball: string): Promise<string[]> {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  return messages.map((message) => `publint: ${message.type}: ${formatMessage(message, pack.manifest)}`);
}

/** All entries together in every setting; and each alone in the leanest, where it must bring along what it names. */
function compileAll(): string[] {
  const entries = packages.flatMap(({ folder, manifest: { name, exports } }) =>
    Object.entries(exports)
      .filter(([, exported]) => typeof exported !== 'string')
      .map(([entry]) => ({ name: join(name, entry), node: folder === 'cli' || entry === './node' })),
  );
  const anywhere = entries.filter(({ node }) => !node).map(({ name }) => name);
  const all = entries.map(({ name }) => name);
  return [
    ...settings.flatMap((setting) => typeProblems(home, setting.types.length > 0 ? all : anywhere, setting)),
    ...anywhere.flatMap((name) => typeProblems(home, [name], leanest)),
  ];
}

function checkTypes(tarball: string): string[] {
  const attw = join(root, 'node_modules/.bin/attw');
  const { status, stdout, stderr } = spawnSync(
    attw,
    [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`];
}
