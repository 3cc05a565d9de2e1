// Mean cross-entropy over rows of N logits; rows with a negative label do not count.
import { firstBad } from '../../wasm/assembly/indexing';
import { fill } from '../../wasm/assembly/lib/copy';
import { log } from '../../wasm/assembly/lib/log';
import { maxRow } from '../../wasm/assembly/lib/reduce';
import { exponentials, scale } from '../../wasm/assembly/lib/softmax';

/** Position of the first label that is no class, or -1. */
export function firstBadLabel(rows: i32, labels: usize, N: i32): i32 {
  return firstBad(rows, labels, N, true);
}

/** Rows that count. */
function counted(rows: i32, labels: usize): i32 {
  let n = 0;
  for (let i = 0; i < rows; i++) n += i32(load<i32>(labels + (<usize>i << 2)) >= 0);
  return n;
}

export function forward(rows: i32, N: i32, logits: usize, labels: usize, loss: usize): void {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label >= 0) {
      const top = maxRow(N, logits);
      const sum = f32x4.splat(exponentials(N, logits, 0, top, false));
      // The difference first: both are large where the logits are, and their loss is not.
      const below = <f64>top - <f64>load<f32>(logits + (<usize>label << 2));
      total += <f64>f32x4.extract_lane(log(sum), 0) + below;
    }
    logits += <usize>N << 2;
  }
  store<f32>(loss, <f32>(total / <f64>max(1, counted(rows, labels))));
}

/** dlogits = (softmax(logits) - [label]) dloss / count. */
export function backward(rows: i32, N: i32, dloss: usize, logits: usize, labels: usize, dlogits: usize): void {
  const each = <f32>(<f64>load<f32>(dloss) / <f64>max(1, counted(rows, labels)));
  for (let i = 0; i < rows; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label < 0) fill(N, 0, dlogits);
    else {
      scale(N, dlogits, each / exponentials(N, logits, dlogits, maxRow(N, logits), true));
      const at = dlogits + (<usize>label << 2);
      store<f32>(at, load<f32>(at) - each);
    }
    logits += <usize>N << 2;
    dlogits += <usize>N << 2;
  }
}
