// Sequences of different lengths: where they lie, and the definition of every recurrence over them.
// B batch, T time, P = B T positions, n sequences.
import { packSequences, padSequences } from '@twilljs/nn';
import type { Op, Shape, Tensor } from '@twilljs/tensor';

/** How many sequences there are, in how many positions: rows of T without `ranges` [n,2]. */
export function timeOf(B: number, T: number, ranges: Shape | null = null): { n: number; P: number } {
  return { n: ranges ? ranges[0] : B, P: B * T };
}

/**
 * Places for what WebGPU kernels keep of chunks of C tokens: those of n rows of T, or the most that n sequences can have in P positions.
 * See wgsl/lib/sequences.wgsl.
 */
export function slotsOf(C: number, { n, P, T }: { n: number; P: number; T: number }, ranges: boolean): number {
  return ranges ? Math.floor(P / C) + n : n * Math.ceil(T / C);
}

/** What each sequence has one of; all other inputs and outputs have one for each token. */
const perSequence: readonly string[] = ['h0?', 'dstate', 'state', 'dh0'];

/**
 * A definition over `ranges`, the last input: `ofRows`, the definition without them, for every sequence in a row of its own. Zeros
 * behind its end leave a state as it is: nothing decays and nothing is written.
 */
export function overRanges<A>(
  { inputs, outputs }: Pick<Op<A>, 'inputs' | 'outputs'>,
  ofRows: (ins: Tensor[], attrs: A) => Tensor[],
  ins: Tensor[],
  attrs: A,
): Tensor[] {
  const ranges: Tensor | null = ins[inputs.length - 1];
  if (!ranges) return ofRows(ins, attrs);
  const [B, T] = ins[0].shape;
  const longest = Math.max(1, B * T);
  const padded = (x: Tensor | null, i: number) =>
    x && !perSequence.includes(inputs[i]) ? padSequences(x, ranges, longest) : x;
  const rows = ins.map((x, i) => (i < inputs.length - 1 ? padded(x, i) : null)) as Tensor[];
  return ofRows(rows, attrs).map((y, i) => (perSequence.includes(outputs[i]) ? y : packSequences(y, ranges, [B, T])));
}
