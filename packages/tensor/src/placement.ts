// Where buffers lie in one workspace, so that those that live at the same time do not overlap.

/** A buffer, and the first and last place in a list of ops that touch it. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const alignment = 256;
/** Nothing has a place too. */
const aligned = (bytes: number) => Math.ceil(Math.max(1, bytes) / alignment) * alignment;

interface Placed extends Lifetime {
  readonly at: number;
}

/** Puts each buffer, in the given order, into the lowest gap that is free while it lives. */
function place(lives: readonly Lifetime[], order: readonly number[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lives.length).fill(0);
  const placed: Placed[] = []; // by offset
  let bytes = 0;
  for (const i of order) {
    const life = lives[i];
    if (life.bytes === 0) continue;
    const size = aligned(life.bytes);
    let at = 0;
    for (const other of placed) {
      if (other.last < life.first || other.first > life.last) continue;
      if (other.at >= at + size) break;
      at = Math.max(at, other.at + other.bytes);
    }
    offsets[i] = at;
    bytes = Math.max(bytes, at + size);
    const next = placed.findIndex((other) => other.at > at);
    placed.splice(next === -1 ? placed.length : next, 0, { ...life, bytes: size, at });
  }
  return { offsets, bytes };
}

/**
 * Offsets of buffers in a workspace, 256-byte aligned, and its bytes: the better of two orders, the largest first and the earliest
 * first.
 */
export function placement(lives: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const all = lives.map((_, i) => i);
  const bySize = place(
    lives,
    all.toSorted((a, b) => lives[b].bytes - lives[a].bytes || lives[a].first - lives[b].first),
  );
  const byTime = place(
    lives,
    all.toSorted((a, b) => lives[a].first - lives[b].first || lives[b].bytes - lives[a].bytes),
  );
  return bySize.bytes <= byTime.bytes ? bySize : byTime;
}
