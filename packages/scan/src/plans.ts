// WebGPU plans of the recurrences with a state [K,V] per head: two dispatches forward, four backward, one for a single token. They have
// their kernels from wgsl/lib/recurrence.wgsl, and differ in operands, and in what is kept of a chunk.
// n sequences, P positions, C chunk, T time of a row.
import type { Spec } from '@twilljs/tensor';
import type { Launch, Limits, Plan, Pointer, WebGpuKernel } from '@twilljs/webgpu';
import { slotsOf, timeOf } from './ranges.ts';
import { sizes } from './shapes.ts';

const C = 16;

// biome-ignore lint/suspicious/noExplicitAny: each recurrence has arguments of its own, by the names of its operands.
type Args = any;

/** A recurrence, by its WGSL module and the names of its op's inputs, `ranges` last. */
export interface Recurrence {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly kernels: {
    within(units: number, args: Args): Launch;
    forward(units: number, args: Args, constants: { channels: number }): Launch;
    backward(units: number, args: Args, constants: { channels: number }): Launch;
    gradients(units: number, args: Args): Launch;
    decode(units: number, args: Args): Launch;
  };
  /** How many numbers are kept of each head of a chunk on the way forward, and how many more for the gradient. */
  kept(K: number, V: number): { forward: Kept; gradient: Kept };
  /** Further arguments. */
  more?(g: Spec | null): Readonly<Record<string, number>>;
}

type Kept = Readonly<Record<string, number>>;
type Named = Readonly<Record<string, Pointer>>;

const named = (names: readonly string[], pointers: readonly Pointer[]): Named =>
  Object.fromEntries(names.map((name, i) => [name, pointers[i]]));

/** Bytes of workgroup memory of a sweep besides its block of the state. */
const besides = 6144;

/** Channels that the block of a state has room for: the `override` of wgsl/lib/state-block.wgsl. */
const channelsOf = (K: number): number => Math.max(256, 32 * Math.ceil(K / 32));

/** Room for arrays of so many numbers, one behind the other: bytes of all, and where each begins. */
function roomFor(counts: Kept): { bytes: number; at(shared: Pointer): Named } {
  const names = Object.keys(counts);
  const offsets = names.map((_, i) => 4 * names.slice(0, i).reduce((sum, name) => sum + counts[name], 0));
  return {
    bytes: 4 * names.reduce((sum, name) => sum + counts[name], 0),
    at: (shared) =>
      named(
        names,
        offsets.map((offset) => shared + offset),
      ),
  };
}

interface Frame {
  readonly size: Readonly<Record<string, number>>;
  /** Units: chunks of value heads, of key heads, blocks of eight columns. */
  readonly heads: number;
  readonly keyHeads: number;
  readonly blocks: number;
  readonly constants: { readonly channels: number };
  readonly single: boolean;
}

/** What both directions start with, or why there are no kernels. */
function frameOf(of: Recurrence, ins: readonly (Spec | null)[], scale: number, limits: Limits): Frame | string {
  const [q, , v, g] = ins;
  const ranges = ins[of.inputs.length - 1];
  const { B, T, H, HV, K, V } = sizes(of.op, q!.shape, v!.shape);
  const { n, P } = timeOf(B, T, ranges?.shape);
  const channels = channelsOf(K);
  if (32 * channels + besides > limits.workgroupBytes) {
    return `keys of ${K} channels need more than the ${limits.workgroupBytes} bytes of workgroup memory here`;
  }
  const slots = slotsOf(C, { n, P, T }, !!ranges);
  return {
    size: { n, P, H, HV, K, V, scale, ...of.more?.(g) },
    heads: slots * HV,
    keyHeads: slots * H,
    blocks: n * HV * Math.ceil(V / 8),
    constants: { channels },
    single: T === 1 && !ranges,
  };
}

const times = (counts: Kept, heads: number): Kept =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, heads * count]));
const zeros = (counts: Kept): Kept => times(counts, 0);

export function forwardKernel(of: Recurrence): WebGpuKernel<{ scale: number }> {
  const { op, inputs, kernels } = of;
  return {
    op,
    plan(specs, { scale }, limits): Plan | string {
      const frame = frameOf(of, specs, scale, limits);
      if (typeof frame === 'string') return frame;
      const { size, heads, blocks, constants, single } = frame;
      const { n, HV, K, V } = size;
      if (single) {
        const units = n * HV * Math.ceil(V / 16);
        return { launches: (ins, [y, state]) => [kernels.decode(units, { ...size, ...named(inputs, ins), y, state })] };
      }
      const { forward, gradient } = of.kept(K, V);
      const room = roomFor(times(forward, heads));
      return {
        shared: room.bytes,
        launches(ins, [y, state], shared) {
          const args = { ...size, ...named(inputs, ins), ...zeros(gradient), ...room.at(shared), y, state };
          return [kernels.within(heads, args), kernels.forward(blocks, args, constants)];
        },
      };
    },
  };
}

/** @param wanted whether an input takes a gradient, where it is there. */
export function gradientKernel<A extends { scale: number }>(
  of: Recurrence,
  wanted: (input: string, attrs: A) => boolean = () => true,
): WebGpuKernel<A> {
  const { op, inputs, kernels } = of;
  return {
    op: `${op}Grad`,
    plan([, , ...specs], attrs, limits): Plan | string {
      const frame = frameOf(of, specs, attrs.scale, limits);
      if (typeof frame === 'string') return frame;
      const { size, heads, keyHeads, blocks, constants } = frame;
      const { forward, gradient } = of.kept(size.K, size.V);
      const room = roomFor(times({ ...forward, ...gradient }, heads));
      return {
        shared: room.bytes,
        launches([dy, dstate, ...ins], outs, shared) {
          const given = named(inputs, ins);
          const ds = outs.map((at, i) => (ins[i] && wanted(inputs[i], attrs) ? at : 0));
          const dnames = outs.map((_, i) => `d${inputs[i]}`);
          const args = { ...size, ...given, ...room.at(shared), ...named(dnames, ds), dy, dstate, y: 0, state: 0 };
          return [
            kernels.within(heads, args),
            kernels.forward(blocks, args, constants),
            kernels.backward(blocks, args, constants),
            kernels.gradients(keyHeads, args),
          ];
        },
      };
    },
  };
}
