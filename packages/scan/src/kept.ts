// What the WebGPU kernels of recurrences keep of chunks of 16 tokens, and how much room they need. wgsl/lib/sequences.wgsl has the slots.
import type { Limits } from '@twilljs/webgpu';

const C = 16;

/** Places for chunks: those of rows of T, or the most that n sequences can have in P positions. */
export function slotsOf(n: number, P: number, T: number, ranges: boolean): number {
  return ranges ? Math.floor(P / C) + n : n * Math.ceil(T / C);
}

/** Blocks of eight columns of a state. */
export const blocksOf = (V: number): number => Math.ceil(V / 8);

/** Workgroups for one token of so many heads: a block of 16 columns each. */
export const decodeUnits = (heads: number, V: number): number => heads * Math.ceil(V / 16);

/** Bytes of workgroup memory of a sweep besides its block of the state. */
const besides = 6144;

/** The room of a block of a state for K channels, by the `override` of wgsl/lib/state-block.wgsl; or why there is none. */
export function channelsOf(K: number, { workgroupBytes }: Limits): { channels: number } | string {
  const channels = Math.max(256, 32 * Math.ceil(K / 32));
  if (32 * channels + besides <= workgroupBytes) return { channels };
  return `keys of ${K} channels do not fit into ${workgroupBytes} bytes of workgroup memory`;
}

/** Arrays of so many numbers, one behind the other: bytes of all, and where each begins. */
export function parts(counts: readonly number[]): { bytes: number; at(shared: number): number[] } {
  const offsets = counts.map((_, i) => 4 * counts.slice(0, i).reduce((sum, count) => sum + count, 0));
  return {
    bytes: 4 * counts.reduce((sum, count) => sum + count, 0),
    at: (shared) => offsets.map((offset) => shared + offset),
  };
}
