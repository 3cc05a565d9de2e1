// Inputs of requests as stretches of tokens, each of which is read once, after those that it follows.
import type { TokenRequest } from './token-request.ts';

/** Tokens [from,to) of an input, and of all others that begin alike. */
export interface Segment {
  readonly input: Int32Array;
  readonly from: number;
  readonly to: number;
  /** Requests with a label at one of these positions. */
  readonly members: number[];
  /** What is read after them. */
  readonly children: Segment[];
}

/** What a model reads of a request: all but the last id, which is predicted alone. */
function inputOf({ context, continuation }: TokenRequest): Int32Array {
  const input = new Int32Array(context.length + continuation.length - 1);
  input.set(context);
  input.set(continuation.subarray(0, -1), context.length);
  return input;
}

/** Different inputs, none of which begins another one, in order, each with the requests that it answers. */
interface Leaf {
  readonly input: Int32Array;
  readonly requests: readonly number[];
}

/** Where inputs part: all below begin with the same `depth` tokens. */
interface Fork {
  readonly depth: number;
  readonly below: (Fork | Leaf)[];
}

/**
 * @param pays whether so many tokens that so many continue are worth being read apart from these.
 * @returns what is read first. Which request is a member where depends on the requests alone.
 */
export function segmentsOf(
  requests: readonly TokenRequest[],
  pays: (tokens: number, continued: number) => boolean,
): Segment[] {
  const first: Segment[] = [];
  const open: { at: Fork | Leaf; from: number; above: readonly Segment[]; into: Segment[] }[] = [];
  const leaves = leavesOf(requests);
  if (leaves.length > 0) open.push({ at: forkOf(leaves), from: 0, above: [], into: first });
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, from, above, into } = next;
    if ('input' in at) {
      const leaf: Segment = { input: at.input, from, to: at.input.length, members: [], children: [] };
      into.push(leaf);
      enter(requests, at.requests, [...above, leaf]);
      continue;
    }
    const { depth, below } = at;
    if (depth === from || !pays(depth - from, below.length)) {
      for (const one of below.toReversed()) open.push({ at: one, from, above, into });
      continue;
    }
    const shared: Segment = { input: someInput(at), from, to: depth, members: [], children: [] };
    into.push(shared);
    const beneath = { from: depth, above: [...above, shared], into: shared.children };
    for (const one of below.toReversed()) open.push({ at: one, ...beneath });
  }
  return first;
}

/** Makes requests members where their labels are. @param path the segments of their input. */
function enter(requests: readonly TokenRequest[], which: readonly number[], path: readonly Segment[]): void {
  for (const i of which) {
    const { context, continuation } = requests[i];
    const begin = context.length - 1;
    const end = begin + continuation.length;
    for (const segment of path) if (segment.from < end && begin < segment.to) segment.members.push(i);
  }
}

function leavesOf(requests: readonly TokenRequest[]): Leaf[] {
  const inputs = requests.map(inputOf);
  const order = [...inputs.keys()].sort((i, j) => compare(inputs[i], inputs[j]) || i - j);
  const leaves: Leaf[] = [];
  let waiting: number[] = []; // an input stands before those that it begins
  for (const [at, i] of order.entries()) {
    waiting.push(i);
    const next = inputs[order[at + 1]];
    if (next && alike(inputs[i], next) === inputs[i].length) continue;
    leaves.push({ input: inputs[i], requests: waiting });
    waiting = [];
  }
  return leaves;
}

/** All of them, from the fork without a token on. */
function forkOf(leaves: readonly Leaf[]): Fork {
  const open: Fork[] = [{ depth: 0, below: [] }]; // each begins with all of the one before
  let last: Fork | Leaf = leaves[0];
  const close = (): Fork => {
    const fork = open.pop()!;
    fork.below.push(last);
    return fork;
  };
  for (let i = 1; i < leaves.length; i++) {
    const depth = alike(leaves[i - 1].input, leaves[i].input);
    while (open[open.length - 1].depth > depth) last = close();
    if (open[open.length - 1].depth < depth) open.push({ depth, below: [] });
    open[open.length - 1].below.push(last);
    last = leaves[i];
  }
  while (open.length > 1) last = close();
  return close();
}

function someInput(at: Fork | Leaf): Int32Array {
  let leaf = at;
  while (!('input' in leaf)) leaf = leaf.below[0];
  return leaf.input;
}

/** How many tokens two inputs have in common from the beginning on. */
function alike(a: Int32Array, b: Int32Array): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}

function compare(a: Int32Array, b: Int32Array): number {
  const i = alike(a, b);
  return i < a.length && i < b.length ? a[i] - b[i] : a.length - b.length;
}
