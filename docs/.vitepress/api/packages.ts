// The packages of the reference, and their entries.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Entry {
  /** What a program imports: `@twilljs/nn/wasm`. */
  readonly name: string;
  /** Its source file, from the root of the repository. */
  readonly source: string;
  /** Its page of names, below that of the package. */
  readonly page: string;
}

export interface Documented {
  /** The folder below packages/. */
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly entries: readonly Entry[];
}

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly private?: boolean;
  readonly exports: Record<string, string | { '@twilljs/source': string }>;
}

/** Every published package. */
export function packagesOf(root: string): readonly Documented[] {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder, manifest: manifestOf(root, folder) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest: { name, description, exports } }) => ({
      folder,
      name,
      description,
      entries: Object.entries(exports).flatMap(([entry, exported]) =>
        typeof exported === 'string'
          ? []
          : {
              name: join(name, entry),
              source: join('packages', folder, exported['@twilljs/source']),
              page: entry === '.' ? 'reference' : entry.slice('./'.length),
            },
      ),
    }));
}

function manifestOf(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
}
