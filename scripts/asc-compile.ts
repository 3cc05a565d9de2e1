// One AssemblyScript module, compiled in process.
import asc from 'assemblyscript/asc';
import { faults } from './asc-check.ts';

export type Tier = 'plain' | 'relaxed' | 'wide';

/** The one source that differs between tiers of the same features: what of the build a kernel may ask. */
const BUILD = 'packages/wasm/assembly/lib/build.ts';

const common =
  '--runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 -O3 --noAssert --use abort=';
const features: Record<Tier, string> = {
  plain: 'simd,threads,bulk-memory',
  relaxed: 'simd,threads,bulk-memory,relaxed-simd',
  wide: 'simd,threads,bulk-memory,relaxed-simd',
};

/** All options of a tier: part of the cache key. */
export function flags(tier: Tier): string[] {
  return [...common.split(' '), '--enable', features[tier]];
}

function textFor(tier: Tier, path: string, text: string | undefined): string | null {
  if (path !== BUILD || tier !== 'wide' || text === undefined) return text ?? null;
  const wide = text.replace('WIDE: bool = false', 'WIDE: bool = true');
  if (wide === text) throw new Error(`${BUILD}: WIDE is not declared as false, which the tier wide replaces.`);
  return wide;
}

/**
 * Compiles `entry`, a path that `sources` knows, to a module that may share the device's memory.
 *
 * @param sources Path to text, of the entry and of everything that it imports.
 * @throws Error with the compiler's own words, or naming what a kernel may not have.
 */
export async function compile(entry: string, sources: ReadonlyMap<string, string>, tier: Tier): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const words: string[] = [];
  const stream = { write: (text: string | Uint8Array) => void words.push(String(text)) };
  // The walk over launches calls kernels of all modules, through the table of the device.
  const calls = [...sources.values()].some((text) => text.includes('call_indirect'));
  const options = ['--baseDir', '.', '--outFile', 'out.wasm', ...flags(tier), ...(calls ? ['--importTable'] : [])];
  const { error } = await asc.main([entry, ...options], {
    stdout: stream as never,
    stderr: stream as never,
    readFile: (path) => textFor(tier, path, sources.get(path)),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') module = contents;
    },
    listFiles: () => [],
  });
  if (error || !module) throw new Error(`${entry} (${tier}): ${words.join('') || error}`);
  const found = faults(module, calls);
  if (found.length)
    throw new Error(
      `${entry} (${tier}): ${found.join('; ')}; a kernel may use its arguments and the device's memory only.`,
    );
  return module;
}
