// Mean cross-entropy over rows of N logits, and log-probabilities of labels; a negative label asks for nothing. One that is no class makes NaN
// of its row, or of itself.
import { fill } from '../../wasm/assembly/lib/copy';
import { log } from '../../wasm/assembly/lib/log';
import { firstAt, maxRow } from '../../wasm/assembly/lib/reduce';
import { exponentials, scale, UNKEPT } from '../../wasm/assembly/lib/softmax';
import { ROWS, rowUnits } from '../../wasm/assembly/lib/units';

export { rowUnits } from '../../wasm/assembly/lib/units';

/** Bytes of the losses of the units. */
export function lossBytes(rows: i32): i32 {
  return 8 * rowUnits(rows);
}

/** Bytes of scratch of `forward`. */
export function unkeptBytes(): i32 {
  return UNKEPT;
}

/** Rows that count, at least 1. */
function counted(rows: i32, labels: usize): f64 {
  let n = 0;
  for (let i = 0; i < rows; i++) n += i32(load<i32>(labels + (<usize>i << 2)) >= 0);
  return <f64>max(1, n);
}

/** log(sum(e^logits)) - logits[label]. */
@inline
function lossOf(N: i32, logits: usize, label: i32, scratch: usize): f64 {
  if (label >= N) return NaN;
  const top = maxRow(N, logits);
  const sum = f32x4.splat(exponentials(N, logits, scratch, top, false));
  // The difference first: both are large where the logits are, and their loss is not.
  const below = <f64>top - <f64>load<f32>(logits + (<usize>label << 2));
  return <f64>f32x4.extract_lane(log(sum), 0) + below;
}

/** losses: of each unit, the sum over its rows in f64. */
export function forward(
  from: i32, to: i32, rows: i32, N: i32, logits: usize, labels: usize, losses: usize, scratch: usize,
): void {
  for (let unit = from; unit < to; unit++) {
    const end = min(rows, (unit + 1) * ROWS);
    let total: f64 = 0;
    for (let i = unit * ROWS; i < end; i++) {
      const label = load<i32>(labels + (<usize>i << 2));
      if (label >= 0) total += lossOf(N, logits + (<usize>i * <usize>N << 2), label, scratch);
    }
    store<f64>(losses + (<usize>unit << 3), total);
  }
}

/** loss = the sum of the losses / count. One unit. */
export function mean(from: i32, to: i32, rows: i32, labels: usize, losses: usize, loss: usize, scratch: usize): void {
  let total: f64 = 0;
  for (let i = 0; i < rowUnits(rows); i++) total += load<f64>(losses + (<usize>i << 3));
  store<f32>(loss, <f32>(total / counted(rows, labels)));
}

/** each = dloss / count. One unit. */
export function share(from: i32, to: i32, rows: i32, labels: usize, dloss: usize, each: usize, scratch: usize): void {
  store<f32>(each, <f32>(<f64>load<f32>(dloss) / counted(rows, labels)));
}

/** dlogits = (softmax(logits) - [label]) each. */
export function backward(
  from: i32, to: i32, rows: i32, N: i32, each: usize, logits: usize, labels: usize, dlogits: usize, scratch: usize,
): void {
  const row = <usize>N << 2, by = load<f32>(each);
  const first = from * ROWS, end = min(rows, to * ROWS), skip = <usize>first * row;
  logits += skip;
  dlogits += skip;
  for (let i = first; i < end; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label < 0 || label >= N) fill(N, label < 0 ? 0 : <f32>NaN, dlogits);
    else {
      scale(N, dlogits, by / exponentials(N, logits, dlogits, maxRow(N, logits), true));
      const at = dlogits + (<usize>label << 2);
      store<f32>(at, load<f32>(at) - by);
    }
    logits += row;
    dlogits += row;
  }
}

/**
 * logprobs [rows,K] = logits[label] - log(sum(e^logits)), 0 where a label is negative; best [rows] = the first place of the largest logit.
 * NaN and -1 in a row whose largest is not finite. A unit is a row: of logits one is long.
 */
export function logProbs(
  from: i32, to: i32, N: i32, K: i32, logits: usize, labels: usize, logprobs: usize, best: usize, scratch: usize,
): void {
  for (let i = from; i < to; i++) {
    const row = logits + (<usize>i * <usize>N << 2), top = maxRow(N, row), sound = isFinite(top);
    let total = NaN;
    if (sound) total = <f64>f32x4.extract_lane(log(f32x4.splat(exponentials(N, row, scratch, top, false))), 0);
    store<i32>(best + (<usize>i << 2), sound ? firstAt(N, row, top) : -1);
    for (let k = <usize>i * <usize>K << 2, end = k + (<usize>K << 2); k < end; k += 4) {
      const label = load<i32>(labels + k);
      let y: f64 = label < 0 ? 0 : NaN;
      // The difference first: both are large where the logits are.
      if (label >= 0 && label < N) y = <f64>load<f32>(row + (<usize>label << 2)) - <f64>top - total;
      store<f32>(logprobs + k, <f32>y);
    }
  }
}
