// Packs the packages as they would be published.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf } from '../check/ranks.ts';
import type { Package, Repository } from '../check/repository.ts';

/** The package and all it depends on in the workspace, itself first. */
export function closureOf({ packages }: Repository, pack: Package): Package[] {
  const found = new Set<Package>();
  const visit = (pack: Package): void => {
    if (found.has(pack)) return;
    found.add(pack);
    for (const name of Object.keys(pack.manifest.dependencies)) {
      const dependency = packages.find(({ folder }) => folder === folderOf(name));
      if (dependency) visit(dependency);
    }
  };
  visit(pack);
  return [...found];
}

/**
 * Packs one built package into a folder of its own below `destination`.
 *
 * @returns Path of the tarball.
 */
export function packInto(destination: string, pack: Package): string {
  const folder = join(destination, pack.folder);
  mkdirSync(folder, { recursive: true });
  execFileSync('pnpm', ['pack', '--pack-destination', folder], {
    cwd: pack.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return join(folder, readdirSync(folder)[0]);
}
