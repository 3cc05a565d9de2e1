// Shape rules that the recurrences share.
import { finite, type Shape, ShapeError } from '@twilljs/tensor';

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

/** Sizes of a recurrence with a state [K,V] per head; value heads may `share` key heads. @throws ShapeError when its inputs disagree. */
export function headed(name: string, q: Shape, k: Shape, v: Shape, h0: Shape | null, share: boolean): Sizes {
  const all = sizes(name, q, v);
  const { B, T, H, K, V } = all;
  if (share) sharing(name, all);
  const HV = share ? all.HV : H;
  agree(name, 'k', k, q, `q [${q}]`);
  agree(name, 'v', v, [B, T, HV, V], `q [${q}]`);
  agree(name, 'h0', h0, [B, HV, K, V], `q [${q}] with v [${v}]`);
  return { ...all, HV };
}

/** What all recurrences with a scale ask of their attributes. @throws OptionError for a scale that is no finite number. */
export function scaled(name: string, { scale }: { readonly scale: number }): void {
  finite(`${name}: scale`, scale);
}
