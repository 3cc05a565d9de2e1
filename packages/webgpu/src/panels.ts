// How `lib/panels.wgsl` walks the middle axis of [outer, n, inner].
import type { Reduction } from '@twilljs/tensor';

const lanes = 64;
/** Lanes that read side by side at least, and rows that a lane joins before others join in. */
const neighbours = 8;
/** Rows that a lane joins: as few as keep this many workgroups busy, but not more than keep the error small. */
const fewRows = 32;
const mostRows = 256;
const busy = 1024;

export interface Panels extends Reduction {
  /** Rows of a block. */
  readonly length: number;
  readonly blocks: number;
  readonly parts: number;
  readonly rows: number;
  readonly width: number;
}

/** The largest power of two that is not above x. */
const powerBelow = (x: number): number => 2 ** Math.floor(Math.log2(x));

export function panelsOf({ outer, n, inner }: Reduction): { units: number; panels: Panels } {
  const width = Math.max(1, Math.min(lanes, inner));
  const rows = powerBelow(Math.max(1, Math.min(n, lanes / width, Math.max(neighbours / width, n / neighbours))));
  const parts = Math.floor(lanes / (rows * width));
  const across = Math.ceil(outer / parts) * Math.ceil(inner / width);
  const most = Math.ceil(n / (rows * fewRows));
  const least = Math.ceil(n / (rows * mostRows));
  const wanted = Math.max(1, least, Math.min(most, Math.ceil(busy / Math.max(1, across))));
  const length = Math.max(1, Math.ceil(n / wanted));
  const blocks = Math.max(1, Math.ceil(n / length));
  return { units: across * blocks, panels: { outer, n, inner, length, blocks, parts, rows, width } };
}
