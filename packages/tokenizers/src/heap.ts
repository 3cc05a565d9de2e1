// A binary heap: the first of many things, again and again.

export class Heap<T> {
  private readonly items: T[] = [];

  private readonly isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.isBefore = isBefore;
  }

  get size(): number {
    return this.items.length;
  }

  push(one: T): void {
    const { items, isBefore } = this;
    let at = items.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(one, items[above])) break;
      items[at] = items[above];
      at = above;
    }
    items[at] = one;
  }

  /** Takes the first. There must be one. */
  pop(): T {
    const { items, isBefore } = this;
    const top = items[0];
    const last = items.pop() as T;
    if (items.length === 0) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1], items[below])) below++;
      if (!isBefore(items[below], last)) break;
      items[at] = items[below];
      at = below;
    }
    items[at] = last;
    return top;
  }
}
