// Where buffers lie in one workspace, so that those that live at the same time do not overlap.

/** A buffer, and the first and last place in a list of ops that touch it. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const alignment = 256;
const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

interface Placed extends Lifetime {
  readonly at: number;
}

/** Ops in one list of those that are looked through together: most buffers live in one or two. */
const SPAN = 64;

/** What is placed already, by when it lives. */
class Neighbours {
  private readonly lists: Placed[][] = [];

  add(one: Placed): void {
    for (let i = Math.floor(one.first / SPAN); i <= Math.floor(one.last / SPAN); i++) {
      this.lists[i] ??= [];
      this.lists[i].push(one);
    }
  }

  /** All that live at some time of a life, by offset. */
  of({ first, last }: Lifetime): Placed[] {
    const found = new Set<Placed>();
    for (let i = Math.floor(first / SPAN); i <= Math.floor(last / SPAN); i++) {
      for (const other of this.lists[i] ?? []) if (other.last >= first && other.first <= last) found.add(other);
    }
    return [...found].sort((a, b) => a.at - b.at);
  }
}

/** Puts each buffer, in the given order, into the lowest gap that is free while it lives. */
function place(lives: readonly Lifetime[], order: readonly number[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lives.length).fill(0);
  const placed = new Neighbours();
  let bytes = lives.length > 0 ? alignment : 0; // what takes no bytes has a place too: the beginning
  for (const i of order) {
    const life = lives[i];
    if (life.bytes === 0) continue;
    const size = aligned(life.bytes);
    let at = 0;
    for (const other of placed.of(life)) {
      if (other.at >= at + size) break;
      at = Math.max(at, other.at + other.bytes);
    }
    offsets[i] = at;
    bytes = Math.max(bytes, at + size);
    placed.add({ ...life, bytes: size, at });
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
