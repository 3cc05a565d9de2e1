// Which of a module's builds this engine runs: found by a probe at start-up.
import { DeviceError, OptionError, shown } from '@twilljs/tensor';

/** `relaxed` fuses multiply and add, with one rounding; `plain` runs everywhere. The same tier gives the same bits. */
export type Tier = 'plain' | 'relaxed';

/** What is used of Node's global; absent in browsers. */
interface Host {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: 'node:v8'): { setFlagsFromString(flags: string): void };
  };
}

/** (a, b, c) -> lane 0 of relaxed_madd(splat a, splat b, splat c), as a module. */
const probe = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  [0x01, 0x08, 0x01, 0x60, 0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d],
  [0x03, 0x02, 0x01, 0x00],
  [0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  [0x0a, 0x16, 0x01, 0x14, 0x00, 0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13],
  [0xfd, 0x85, 0x02, 0xfd, 0x1f, 0x00, 0x0b],
];

/** True where a b + c is rounded once: there the relaxed builds are faster, and their bits are the same on every machine. */
async function fuses(): Promise<boolean> {
  const bytes = Uint8Array.from(probe.flat());
  if (!WebAssembly.validate(bytes)) return false;
  const { instance } = await WebAssembly.instantiate(bytes);
  const madd = instance.exports.f as (a: number, b: number, c: number) => number;
  const a = 1 + 2 ** -12;
  return madd(a, a, -(1 + 2 ** -11)) === 2 ** -24;
}

/** The smallest module: its magic number and version. */
const nothing = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** @throws DeviceError where no module can be compiled, not even an empty one. */
async function requireCompiler(): Promise<void> {
  if (typeof WebAssembly === 'undefined') {
    throw new DeviceError('wasm: this engine has no WebAssembly, or it is switched off; use cpu(), which is slow.');
  }
  try {
    await WebAssembly.compile(nothing);
  } catch (cause) {
    throw new DeviceError(
      "wasm: WebAssembly may not be compiled here, because the page's Content-Security-Policy does not allow it; add 'wasm-unsafe-eval' to its script-src.",
      { cause },
    );
  }
}

/** Node 20 has relaxed SIMD behind a flag, which counts for what is compiled after it is set. */
async function relaxedAvailable(host: Host): Promise<boolean> {
  if (await fuses()) return true;
  const v8 = host.process?.getBuiltinModule?.('node:v8');
  if (!v8) return false;
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return fuses();
}

/**
 * The tier to run: as asked, else `TWILL_WASM`, else the best that works here.
 *
 * @throws OptionError for an unknown name; DeviceError when nothing may be compiled, or the tier asked for does not run here.
 */
export async function chooseTier(asked: Tier | undefined): Promise<Tier> {
  const host = globalThis as Host;
  const wanted = asked ?? (host.process?.env?.TWILL_WASM || undefined);
  if (wanted !== undefined && wanted !== 'plain' && wanted !== 'relaxed') {
    const where = asked === undefined ? 'TWILL_WASM' : 'wasm: tier';
    throw new OptionError(
      `${where}: ${shown(wanted)} is no tier of the wasm device; use plain or relaxed, or leave it unset.`,
    );
  }
  await requireCompiler();
  if (wanted === 'plain') return 'plain';
  if (await relaxedAvailable(host)) return 'relaxed';
  if (wanted === 'relaxed') {
    throw new DeviceError(
      'wasm: tier relaxed was asked for, but this engine does not fuse multiply and add; use plain.',
    );
  }
  return 'plain';
}
