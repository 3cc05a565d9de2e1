// WebGPU plans of the recurrences with a state [K,V] per head: two dispatches forward, one for a single token, four backward, and three more
// for each further segment, where the states of all chunks are more than should be kept at once. They have their kernels from wgsl/lib/recurrence.wgsl, and differ in operands, and in what is kept of a chunk.
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
  /** How many numbers are kept of each head of a chunk on the way forward, and how many more for the gradient, of one segment or of all. */
  kept(K: number, V: number): { forward: Kept; gradient: Kept; segment: Kept };
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

/** No end of a segment: beyond any chunk. */
const endless = 2 ** 31;
/** Bytes that a gradient keeps of one segment at most, as far as rows can be cut. */
const segmentBytes = 2 ** 29;

interface Frame {
  readonly size: Readonly<Record<string, number>>;
  /** Units: chunks of value heads, blocks of eight columns. */
  readonly heads: number;
  readonly blocks: number;
  readonly constants: { readonly channels: number };
  /** Chunks of a row, where there are no ranges. */
  readonly rowChunks: number | null;
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
    size: { n, P, H, HV, K, V, scale, first: 0, last: endless, chunks: 1, ...of.more?.(g) },
    heads: slots * HV,
    blocks: n * HV * Math.ceil(V / 8),
    constants: { channels },
    rowChunks: ranges ? null : Math.ceil(T / C),
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
      const { forward, gradient, segment } = of.kept(K, V);
      const absent = zeros({ ...gradient, ...segment, marks: 0 });
      const room = roomFor(times(forward, heads));
      return {
        shared: room.bytes,
        launches(ins, [y, state], shared) {
          const args = { ...size, ...named(inputs, ins), ...absent, ...room.at(shared), y, state };
          return [kernels.within(heads, args), kernels.forward(blocks, args, constants)];
        },
      };
    },
  };
}

/** Chunks first..last of every row, of at most `chunks`. */
interface Segment {
  readonly first: number;
  readonly last: number;
  readonly chunks: number;
}

/** The fewest segments of rows that fit, as even as they go; over ranges there is one. */
function segmentsOf(rowChunks: number | null, chunkBytes: number, most: number): Segment[] {
  if (rowChunks === null) return [{ first: 0, last: endless, chunks: 1 }];
  const fitting = Math.max(1, Math.floor(most / chunkBytes));
  const chunks = Math.ceil(rowChunks / Math.ceil(rowChunks / fitting));
  return Array.from({ length: Math.ceil(rowChunks / chunks) }, (_, i) => ({
    first: i * chunks,
    last: Math.min(rowChunks, (i + 1) * chunks),
    chunks,
  }));
}

/**
 * @param wanted whether an input takes a gradient, where it is there.
 * @param most bytes that may be kept of one segment.
 */
export function gradientKernel<A extends { scale: number }>(
  of: Recurrence,
  wanted: (input: string, attrs: A) => boolean = () => true,
  most = segmentBytes,
): WebGpuKernel<A> {
  const { op, inputs, kernels } = of;
  return {
    op: `${op}Grad`,
    plan([, , ...specs], attrs, limits): Plan | string {
      const frame = frameOf(of, specs, attrs.scale, limits);
      if (typeof frame === 'string') return frame;
      const { size, heads, blocks, constants, rowChunks } = frame;
      const { n, H, HV, K, V } = size;
      const { forward, gradient, segment } = of.kept(K, V);
      const each = Object.values(segment).reduce((sum, count) => sum + 4 * count, 0);
      const segments = segmentsOf(rowChunks, n * HV * each, most);
      const [{ chunks }] = segments;
      const places = rowChunks === null ? heads : n * HV * chunks;
      const borders = segments.length > 1 ? n * HV * K * V : 0;
      const room = roomFor({
        ...times({ ...forward, ...gradient }, heads),
        ...times(segment, places),
        marks: segments.length * borders,
        dmarks: borders,
      });
      return {
        shared: room.bytes,
        launches([dy, dstate, ...ins], outs, shared) {
          const ds = outs.map((at, i) => (ins[i] && wanted(inputs[i], attrs) ? at : 0));
          const dnames = outs.map((_, i) => `d${inputs[i]}`);
          const kept = room.at(shared);
          const all = { ...size, ...named(inputs, ins), ...kept, ...named(dnames, ds), dy, dstate, y: 0, state: 0 };
          const toBorders = { ...all, chunks, last: segments.at(-1)!.first + 1, states: 0 };
          return [
            kernels.within(heads, all),
            ...(borders ? [kernels.forward(blocks, toBorders, constants)] : []),
            ...[...segments].reverse().flatMap((segment) => {
              const args = { ...all, ...segment, marks: borders && kept.marks };
              return [
                kernels.forward(blocks, args, constants),
                kernels.backward(blocks, args, constants),
                kernels.gradients((places / HV) * H, args),
              ];
            }),
          ];
        },
      };
    },
  };
}
