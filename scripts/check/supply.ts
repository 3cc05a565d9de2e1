// The supply chain: SECURITY.md has a row for everything from elsewhere that a published package installs or bundles, and no other.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Package } from './repository.ts';

const isOurs = (name: string): boolean => /^(@twilljs\/|twilljs$)/.test(name);

export const supply: Check = ({ root, packages }) => {
  const file = join(root, 'SECURITY.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const said = new Set(
    [...text.matchAll(/^\| (\S+) \| (\S+) \| [^|]+ \| ([^|]+) \| [^|]+ \|$/gm)].map(([, ...row]) => row.join(' ')),
  );
  said.delete('dependency range package'); // the head
  const wanted = new Set(packages.filter(({ manifest }) => !manifest.private).flatMap(installedBy));
  return [
    ...[...wanted]
      .filter((row) => !said.has(row))
      .map((row) => `SECURITY.md: has no row of ${row}; say why it is needed.`),
    ...[...said]
      .filter((row) => !wanted.has(row))
      .map((row) => `SECURITY.md: has a row of ${row}, which no manifest has; remove it.`),
  ];
};

/** `name range package`, with what the build copies and what only a user installs marked. */
function installedBy({ folder, manifest }: Package): string[] {
  const { dependencies, devDependencies = {}, peerDependencies = {} } = manifest;
  const kinds: [Record<string, string>, string][] = [
    [dependencies, folder],
    [devDependencies, `${folder} (bundled)`],
    [peerDependencies, `${folder} (optional)`],
  ];
  return kinds.flatMap(([ranges, where]) =>
    Object.entries(ranges)
      .filter(([name]) => !isOurs(name))
      .map(([name, range]) => `${name} ${range} ${where}`),
  );
}
