// Labels at the ends of lines, moved apart where they would overlap.

export interface Label {
  readonly text: string;
  readonly color: string;
  /** Where the line ends. */
  readonly at: number;
}

/**
 * Values at which the labels can stand, in their order, at least `gap` apart and as near to their lines as the ones before
 * allow.
 *
 * @param bounds ends of the axis, beyond which no label goes.
 */
export function placeLabels(
  labels: readonly Label[],
  gap: number,
  bounds: readonly [number, number],
): (Label & { readonly place: number })[] {
  const sorted = [...labels].sort((a, b) => a.at - b.at);
  // Blocks of touching labels are centred on the mean of their lines, and merged while they touch each other.
  const inside = (middle: number, count: number) =>
    Math.max(bounds[0] + (gap * (count - 1)) / 2, Math.min(bounds[1] - (gap * (count - 1)) / 2, middle));
  const blocks: { labels: Label[]; middle: number }[] = [];
  for (const label of sorted) {
    let block = { labels: [label], middle: label.at };
    for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
      const apart = block.middle - last.middle;
      if (apart >= (gap * (block.labels.length + last.labels.length)) / 2) break;
      blocks.pop();
      const merged = [...last.labels, ...block.labels];
      block = {
        labels: merged,
        middle: inside(merged.reduce((sum, { at }) => sum + at, 0) / merged.length, merged.length),
      };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ labels: near, middle }) =>
    near.map((label, i) => ({ ...label, place: middle + gap * (i - (near.length - 1) / 2) })),
  );
}
