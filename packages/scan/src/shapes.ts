// Shape rules that the recurrences share.
import { requireRanges } from '@twilljs/nn';
import { finite, type Shape, ShapeError } from '@twilljs/tensor';
import { timeOf } from './ranges.ts';

/** B batch, T time, H query and key heads, HV value heads, K key size, V value size. */
export interface Sizes {
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly HV: number;
  readonly K: number;
  readonly V: number;
}

/** Sizes from q [B,T,H,K] and v [B,T,HV,V]. @throws ShapeError when these are no sequence of heads. */
export function sizes(name: string, q: Shape, v: Shape): Sizes {
  if (q.length !== 4 || v.length !== 4) {
    throw new ShapeError(`${name}: q [${q}] and v [${v}] are not [B,T,H,K] and [B,T,HV,V]; split the heads first.`);
  }
  const [B, T, H, K] = q;
  const [, , HV, V] = v;
  if (T < 1) throw new ShapeError(`${name}: q [${q}] holds no token; give at least one.`);
  return { B, T, H, HV, K, V };
}

/** @throws ShapeError when value heads cannot share the key heads evenly. */
function sharing(name: string, { H, HV }: Sizes): void {
  if (HV > 0 && HV % H === 0) return;
  throw new ShapeError(`${name}: ${HV} value heads cannot share ${H} key heads evenly; use a multiple of ${H}.`);
}

/** @throws ShapeError when an input that is present has another shape than the sizes ask for. */
export function agree(name: string, what: string, given: Shape | null, wanted: Shape, because: string): void {
  if (!given || `${given}` === `${wanted}`) return;
  throw new ShapeError(`${name}: ${what} is [${given}] but ${because} asks for [${wanted}]; reshape one of them.`);
}

/**
 * Sizes of a recurrence with a state [K,V] per head and sequence, of which there are n; value heads may `share` key heads.
 *
 * @throws ShapeError when its inputs disagree.
 */
export function headed(
  name: string,
  [q, k, v]: readonly Shape[],
  h0: Shape | null,
  ranges: Shape | null,
  share: boolean,
): Sizes & { readonly n: number } {
  const all = sizes(name, q, v);
  requireRanges(name, ranges, q);
  const { B, T, H, K, V } = all;
  if (share) sharing(name, all);
  const HV = share ? all.HV : H;
  agree(name, 'k', k, q, `q [${q}]`);
  agree(name, 'v', v, [B, T, HV, V], `q [${q}]`);
  const { n } = timeOf(B, T, ranges);
  agree(name, 'h0', h0, [n, HV, K, V], `q [${q}] with v [${v}]${ranges ? ` and ranges [${ranges}]` : ''}`);
  return { ...all, HV, n };
}

/** What all recurrences with a scale ask of their attributes. @throws OptionError for a scale that is no finite number. */
export function scaled(name: string, { scale }: { readonly scale: number }): void {
  finite(`${name}: scale`, scale);
}
