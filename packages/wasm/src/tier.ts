// Which of a module's builds this engine runs: found by a probe at start-up.
import { DeviceError, OptionError, shown } from '@twilljs/tensor';
import { module } from './gen/probe.gen.ts';
import { type Pairing, pairing } from './pairing.ts';

/**
 * `plain` runs everywhere. `relaxed` fuses multiply and add, with one rounding; `wide` too, in tiles for an engine that makes one
 * operation of 256 bits out of two of 128. Relaxed and wide give the same bits, on every machine.
 */
export type Tier = 'plain' | 'relaxed' | 'wide';
const tiers: readonly Tier[] = ['plain', 'relaxed', 'wide'];

export interface ChosenTier {
  readonly tier: Tier;
  /** Why it is not a faster one; empty where none is known. */
  readonly reason: string;
}

/** What is used of Node's global; absent in browsers. */
interface Host {
  readonly process?: {
    readonly arch?: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly versions?: Readonly<Record<string, string | undefined>>;
    getBuiltinModule?(name: 'node:v8'): { setFlagsFromString(flags: string): void };
    emitWarning?(message: string, type: string): void;
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

/** The version of V8 that pairs lanes first, which it does on x64 alone. */
const PAIRS_FROM = 13;

/** Why it is relaxed and not wide. */
const OLD =
  'this engine does not pair lanes to 256 bits; Node 24 does where the processor has AVX2, and is up to twice as fast';
const NO_PAIRS = 'this engine pairs no lanes to 256 bits here';
const OTHER_NUMBERS =
  'this engine gives other numbers with pairs of lanes, so they are not used; please report its version';

type SetFlag = (flag: string) => void;

/** How flags of V8 are set, and V8's version; null where there are none: Bun and Deno have other ones. */
function flagsOf({ process }: Host): { version: number; set: SetFlag } | null {
  const { node, v8: version, bun, deno } = process?.versions ?? {};
  const v8 = process?.getBuiltinModule?.('node:v8');
  if (!v8 || !node || !version || bun || deno) return null;
  return { version: Number.parseInt(version, 10), set: (flag) => v8.setFlagsFromString(flag) };
}

/** The flag that makes V8 pair lanes. One that an engine does not know would be printed as an error, so its version is asked. */
const pairingFlag = (on: boolean) => `--${on ? '' : 'no-'}experimental-wasm-revectorize`;

/** Switches on what a tier needs. Flags count for what is compiled after them, so nothing may be compiled before. */
function setFlags({ version, set }: { version: number; set: SetFlag }, wanted: Tier | undefined): void {
  if (version === 11) set('--experimental-wasm-relaxed-simd');
  if (version >= PAIRS_FROM && wanted !== 'relaxed') set(pairingFlag(true));
}

/** Compiles without the fast compiler, whose code is replaced after some milliseconds. */
function optimised<T>(set: SetFlag, compile: () => T): T {
  set('--no-liftoff');
  try {
    return compile();
  } finally {
    set('--liftoff');
  }
}

/** The answer of the probe, which takes milliseconds: for the whole life of a process. */
let known: Promise<Pairing> | undefined;

/**
 * The tier to run: as asked, else `TWILL_WASM`, else the best that works here. A tier that is asked for runs wherever it is right,
 * also where another one is faster.
 *
 * @param probe whether the wide build is right here, and faster.
 * @throws OptionError for an unknown name; DeviceError when nothing may be compiled, or the tier asked for does not run here.
 */
export async function chooseTier(asked: Tier | undefined, probe?: () => Promise<Pairing>): Promise<ChosenTier> {
  const host = globalThis as Host;
  const flags = flagsOf(host);
  const wanted = asked === undefined ? ((host.process?.env?.TWILL_WASM || undefined) as Tier | undefined) : asked;
  if (wanted !== undefined && !tiers.includes(wanted)) {
    const where = asked === undefined ? 'TWILL_WASM' : 'wasm: tier';
    throw new OptionError(
      `${where}: ${shown(wanted)} is no tier of the wasm device; use plain, relaxed or wide, or leave it unset.`,
    );
  }
  if (flags && wanted !== 'plain') setFlags(flags, wanted);
  await requireCompiler();
  if (wanted === 'plain') return { tier: 'plain', reason: 'it was asked for' };
  if (!(await fuses())) {
    if (wanted === undefined) return { tier: 'plain', reason: 'this engine does not fuse multiply and add' };
    throw new DeviceError(
      `wasm: tier ${wanted} was asked for, but this engine does not fuse multiply and add; use plain.`,
    );
  }
  const isOld = flags !== null && flags.version < PAIRS_FROM && host.process?.arch === 'x64';
  if (wanted !== undefined)
    return {
      tier: wanted,
      reason: wanted !== 'wide' ? 'it was asked for' : isOld ? `it was asked for, but ${OLD}` : '',
    };
  if (!flags) return { tier: 'relaxed', reason: 'only Node pairs lanes to 256 bits' };
  if (!probe) known ??= pairing(module, (compile) => optimised(flags.set, compile));
  const { pairs, wrong } = await (probe?.() ?? known!);
  if (pairs) return { tier: 'wide', reason: '' };
  if (flags.version >= PAIRS_FROM) flags.set(pairingFlag(false));
  if (wrong) host.process?.emitWarning?.(OTHER_NUMBERS, 'TwillWarning');
  return { tier: 'relaxed', reason: wrong ? OTHER_NUMBERS : isOld ? OLD : NO_PAIRS };
}
