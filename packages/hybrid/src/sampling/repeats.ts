// What has been there before comes less often, or not at all.
import type { IdList } from '../ids.ts';

/** Divides positive logits of ids that were there, multiplies negative ones; each once, however often the id was there. */
export function penalise(logits: Float64Array, ids: IdList, penalty: number): void {
  const done = new Uint8Array(logits.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (id >= logits.length || done[id]) continue;
    done[id] = 1;
    logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
  }
}

/** Sets logits to -inf of ids that would end a run of `size` ids which was there. */
export function forbidRepeats(logits: Float64Array, ids: IdList, size: number): void {
  const end = ids.length - (size - 1); // where the ids begin that the next one would end
  for (let at = 0; at < end; at++) {
    let same = 0;
    while (same < size - 1 && ids[at + same] === ids[end + same]) same++;
    const next = ids[at + size - 1];
    if (same === size - 1 && next < logits.length) logits[next] = Number.NEGATIVE_INFINITY;
  }
}
