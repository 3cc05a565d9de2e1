// Ranks: a package imports only from a lower rank, and below `hybrid` only the types of a device.
import type { Check, Package } from './repository.ts';

const order = [
  ['tensor'],
  ['tokenizers'],
  ['data'],
  ['gpujs', 'wasm', 'webgpu'],
  ['nn'],
  ['scan'],
  ['attention', 'deltanet', 'gated-deltanet', 'gla', 'hgrn', 'hgrn2', 'retnet'],
  ['hybrid'],
  ['hub'],
  ['adapters'],
  ['train'],
  ['eval'],
  ['sweep'],
  ['queue'],
  ['report'],
  ['parity'],
  ['twilljs'],
  ['cli'],
];

const devices = ['gpujs', 'wasm', 'webgpu'];

/** The rank of a package's folder, or -1 when it has none. */
export function rankOf(folder: string): number {
  return order.findIndex((row) => row.includes(folder));
}

/** The folder of a workspace package named in an import or a manifest; null for a package from elsewhere. */
export function folderOf(specifier: string): string | null {
  if (specifier === 'twilljs' || specifier.startsWith('twilljs/')) return 'twilljs';
  return /^@twilljs\/([^/]+)/.exec(specifier)?.[1] ?? null;
}

export const ranks: Check = ({ packages }) =>
  packages.flatMap((pack) => {
    if (rankOf(pack.folder) < 0)
      return [`packages/${pack.folder}: has no rank; give it one in scripts/check/ranks.ts.`];
    return [...checkManifest(pack), ...checkImports(pack)];
  });

function checkManifest(pack: Package): string[] {
  const { dependencies, devDependencies } = pack.manifest;
  return Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) =>
    against(pack, name, `packages/${pack.folder}/package.json`),
  );
}

function checkImports(pack: Package): string[] {
  const belowHybrid = rankOf(pack.folder) < rankOf('hybrid');
  return pack.files
    .filter((file) => file.kind === 'source')
    .flatMap((file) =>
      file.imports.flatMap(({ from, typeOnly }) => {
        const where = `packages/${pack.folder}/${file.path}`;
        const folder = folderOf(from);
        if (folder && devices.includes(folder) && belowHybrid && !typeOnly) {
          return [`${where}: imports a value from the device ${from}; below hybrid only its types may be imported.`];
        }
        return against(pack, from, where);
      }),
    );
}

function against(pack: Package, specifier: string, where: string): string[] {
  const folder = folderOf(specifier);
  if (folder === null) return [];
  const [own, other] = [rankOf(pack.folder), rankOf(folder)];
  if (other >= 0 && other < own) return [];
  const reason = other < 0 ? 'has no rank' : `has rank ${other}, not below ${own}`;
  return [`${where}: ${specifier} ${reason}; import only from a lower rank.`];
}
