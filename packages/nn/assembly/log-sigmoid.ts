// The logarithm of a sigmoid: a forget gate without its complement, for layers that have no other.
import { ELEMENTS } from '../../wasm/assembly/lib/units';
import { gates, openGrad } from './lib/gates';

export { elementUnits } from '../../wasm/assembly/lib/units';

/** y = log(sigmoid(x)) over n floats. */
export function logSigmoid(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const first = from * ELEMENTS, skip = <usize>first << 2;
  gates(false, false, min(n, to * ELEMENTS) - first, x + skip, 0, 0, y + skip, 0);
}

/** dx = dy sigmoid(-x). */
export function logSigmoidGrad(from: i32, to: i32, n: i32, dy: usize, x: usize, dx: usize, scratch: usize): void {
  const first = from * ELEMENTS, skip = <usize>first << 2;
  openGrad(false, min(n, to * ELEMENTS) - first, dy + skip, 0, x + skip, dx + skip);
}
