// `pnpm pack-check`: packs every package and asks publint and attw what a user's tools will say of the tarballs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Package, readRepository, root } from './check/repository.ts';
import { packInto } from './pack/tarballs.ts';

const destination = mkdtempSync(join(tmpdir(), 'twill-pack-'));
let problems = 0;
try {
  for (const pack of readRepository(root).packages) {
    const tarball = packInto(destination, pack);
    const found = [...(await lint(pack, tarball)), ...checkTypes(tarball)];
    problems += found.length;
    console.log(`${pack.manifest.name.padEnd(24)}${(statSync(tarball).size / 1000).toFixed(1).padStart(9)} kB packed`);
    for (const problem of found) console.error(`  ${problem}`);
  }
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
