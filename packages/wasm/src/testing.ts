// @twilljs/wasm/testing: kernels give the same bits however their units are cut, as a list of checks for any test runner.
import type { Device, Op, Spec } from '@twilljs/tensor';
import { evaluate, type Numbers, named, type OpCase, prepare } from '@twilljs/tensor/testing';
import { wasm } from './device.ts';
import type { Pointer, WasmKernel } from './kernel.ts';
import { ENTRY, type Walk } from './launches.ts';
import type { Tier } from './tier.ts';

export { bytesOf } from './kernel.ts';

/** A check by its name, for any test runner: it throws what does not hold. */
export interface Check {
  readonly name: string;
  /** Rejects when the check fails, with what differs. */
  run(): Promise<void>;
}

/** An op, and inputs that are large enough for several units of each of its kernels and of those of its gradient. */
export interface CutCases {
  readonly op: Op;
  readonly cases: readonly OpCase<unknown>[];
}

/** In how many pieces the units of a launch are done; the last: each on its own. */
const cuts = [1, 2, 3, Number.POSITIVE_INFINITY];

/** A device whose units are cut, and the largest number of units that each launch of an op had. */
interface Bench {
  readonly device: Device;
  pieces: number;
  readonly units: Map<string, number[]>;
}

/** Bytes of scratch that an op may want here, and of what stands behind it, which no kernel may touch. */
const room = 2 ** 24;
const guard = 256;

/** Units are done in pieces, the last piece first, each on poisoned scratch of just the bytes that were asked for. */
async function makeBench(kernels: readonly WasmKernel[], tier: Tier): Promise<Bench> {
  let op = '';
  const walk: Walk = (functions, list, at, count, _scratch, bytes) => {
    if (bytes + guard > room) throw new Error(`${op} wants ${bytes} bytes of scratch; make its case smaller.`);
    const [start, end] = [scratch >>> 2, (scratch + bytes) >>> 2];
    const most = bench.units.get(op) ?? [];
    bench.units.set(op, most);
    for (let i = 0; i < count; i++) {
      const [kernel, units, args] = list.subarray(at + ENTRY * i);
      most[i] = Math.max(most[i] ?? 0, units);
      const pieces = Math.min(bench.pieces, units);
      for (let piece = pieces; piece > 0; piece--) {
        list.fill(-1, start, end + guard / 4);
        const [from, to] = [piece - 1, piece].map((end) => Math.floor((end * units) / pieces));
        functions[kernel](from, to, args, scratch);
        if (list.subarray(end, end + guard / 4).some((x) => x !== -1))
          throw new Error(`${op} writes behind its scratch`);
      }
    }
  };
  const device = await wasm({ kernels, tier, poison: true, walk });
  const scratch = device.allocate(room) as Pointer;
  const find = (asked: Op, ins: readonly (Spec | null)[], attrs: unknown) => {
    op = asked.name;
    return device.find(asked, ins, attrs);
  };
  const bench: Bench = { device: Object.create(device, { find: { value: find } }), pieces: 1, units: new Map() };
  return bench;
}

function firstDifference(name: string, ours: Numbers, theirs: Numbers): string | undefined {
  const [a, b] = [ours, theirs].map(({ data }) => new Int32Array(Float32Array.from(data).buffer));
  const at = a.findIndex((bits, i) => bits !== b[i]);
  return at < 0 ? undefined : `${name} at ${at} is ${ours.data[at]}, not ${theirs.data[at]}`;
}

/**
 * A check for each op: its outputs and gradients have the same bits in one call and with the units cut in 1, 2, 3 and all pieces,
 * in reverse order, on poisoned memory and scratch. The last check, after the others: every kernel ran, each with several units.
 *
 * @param kernels those that are tried.
 * @param single launches that are one unit whatever the sizes, such as a sum to one number: `launch 2 of crossEntropy`.
 */
export function cutChecks(
  kernels: readonly WasmKernel[],
  tried: readonly CutCases[],
  tier: Tier,
  single: readonly string[] = [],
): Check[] {
  let made: Promise<[whole: Device, bench: Bench]> | undefined;
  const devices = () => {
    made ??= Promise.all([wasm({ kernels, tier }), makeBench(kernels, tier)]);
    return made;
  };
  const checks = tried.map(({ op, cases }) => ({
    name: `${op.name} in pieces`,
    async run() {
      const [whole, bench] = await devices();
      for (const given of cases) {
        const { wanted, ...seeded } = prepare(op, given);
        const on = (device: Device) => evaluate(named(op, given.attrs), seeded, wanted, device);
        const expected = await on(whole);
        for (const pieces of cuts) {
          bench.pieces = pieces;
          const got = await on(bench.device);
          const differences = (['outputs', 'gradients'] as const).flatMap((kind) =>
            Object.keys(expected[kind]).map((name) => firstDifference(name, got[kind][name], expected[kind][name])),
          );
          const different = differences.find((one) => one !== undefined);
          if (different) throw new Error(`${given.name}, in ${pieces} pieces: ${different}`);
        }
      }
    },
  }));
  const complete = {
    name: 'every kernel ran, with several units',
    async run() {
      const [, { units }] = await devices();
      const faults = kernels.flatMap(({ op }) => {
        const most = units.get(op);
        if (!most) return [`${op} never ran`];
        return most.flatMap((n, i) => {
          const launch = `launch ${i + 1} of ${op}`;
          return n > 1 === single.includes(launch) ? [`${launch} ${n > 1 ? 'had' : 'never had'} two units`] : [];
        });
      });
      if (faults.length > 0) throw new Error(faults.join('; '));
    },
  };
  return [...checks, complete];
}
