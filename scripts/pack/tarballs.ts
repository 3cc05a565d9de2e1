// Packs the packages as they would be published.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { folderOf } from '../check/ranks.ts';
import { type Package, type Repository, root } from '../check/repository.ts';

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
 * Packs built packages into the folder `destination`, all by one start of pnpm.
 *
 * @returns Paths of the tarballs, in the order of the packages.
 */
export function packInto(destination: string, packages: readonly Package[]): string[] {
  const chosen = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  execFileSync('pnpm', ['--recursive', ...chosen, 'pack', '--pack-destination', destination], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return packages.map(({ manifest: { name, version } }) =>
    join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
  );
}
