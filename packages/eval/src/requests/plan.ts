// In which order and how many at once inputs are read. It depends on the requests and the model's sizes alone, so that a reading that goes on
// after it was ended computes the same bits.
import type { Segment } from './prefix-tree.ts';

/** What is read in one forward; a single segment that is longer, in several. */
export interface Batch {
  readonly segments: readonly Segment[];
  /** Of each segment the place in the batch before, after which it is read; none in a batch that is read first. */
  readonly after: readonly number[];
  /** What is read after it. */
  readonly next: readonly Batch[];
}

export interface PlanLimits {
  /** Tokens of a batch. */
  readonly tokens: number;
  /** Numbers of the states of its sequences. */
  readonly states: number;
  /** Numbers of one state after so many tokens. */
  stateSize(tokens: number): number;
}

/** A segment and the place, in the batch before, of what it is read after. */
interface Following {
  readonly segment: Segment;
  readonly after: number;
}

/** Batches of segments, with those that are read after them. */
export function batchesOf(first: readonly Segment[], limits: PlanLimits): Batch[] {
  const root: { next: Batch[] } = { next: [] };
  const open: { following: Following[]; into: Batch[] }[] = [
    { following: first.map((segment) => ({ segment, after: 0 })), into: root.next },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const parts of partsOf(next.following, limits)) {
      const segments = parts.map(({ segment }) => segment);
      const batch = { segments, after: parts.map(({ after }) => after), next: [] as Batch[] };
      next.into.push(batch);
      const following = segments.flatMap(({ children }, after) => children.map((segment) => ({ segment, after })));
      if (following.length > 0) open.push({ following, into: batch.next });
    }
  }
  return root.next;
}

/**
 * Sorted by length, the longest first, so that those of one batch are about as long. What nothing follows is read before the rest: the
 * states that it goes on from are given back before the last batch is followed up.
 */
function partsOf(following: readonly Following[], { tokens, states, stateSize }: PlanLimits): Following[][] {
  const length = ({ segment: { from, to } }: Following) => to - from;
  const isFollowed = ({ segment: { children } }: Following) => children.length > 0;
  const sorted = following.toSorted((a, b) => +isFollowed(a) - +isFollowed(b) || length(b) - length(a));
  const parts: Following[][] = [];
  let [total, largest] = [0, 0];
  for (const one of sorted) {
    const part = parts[parts.length - 1];
    const state = Math.max(largest, stateSize(one.segment.to));
    const fits =
      part &&
      isFollowed(part[0]) === isFollowed(one) &&
      total + length(one) <= tokens &&
      (part.length + 1) * state <= states;
    if (fits) {
      part.push(one);
      total += length(one);
      largest = state;
    } else {
      parts.push([one]);
      [total, largest] = [length(one), stateSize(one.segment.to)];
    }
  }
  return parts;
}

/** The batches that someone waits for, whose own or following segments answer a request that is wanted. */
export function wantedOf(batches: readonly Batch[], isWanted: (request: number) => boolean): ReadonlySet<Batch> {
  const all = [...batches]; // each before those that follow it
  const before = new Map<Batch, Batch>();
  for (const batch of all) {
    for (const next of batch.next) {
      all.push(next);
      before.set(next, batch);
    }
  }
  const wanted = new Set<Batch>();
  for (const batch of all.toReversed()) {
    if (!wanted.has(batch) && !batch.segments.some(({ members }) => members.some(isWanted))) continue;
    wanted.add(batch);
    if (before.has(batch)) wanted.add(before.get(batch)!);
  }
  return wanted;
}
