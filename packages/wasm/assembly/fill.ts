// Memory filled with one number, or with what stands elsewhere.
import { accumulate, copy, fill } from './lib/copy';
import { writeExpConstants } from './lib/exp';
import { writeLogConstants } from './lib/log';
import { ELEMENTS, pieces } from './lib/units';

/** Units of n numbers. */
export function units(n: i32): i32 {
  return pieces(n, ELEMENTS);
}

/** Numbers of the units from..to. */
@inline
function count(from: i32, to: i32, n: i32): i32 {
  return min(n, to * ELEMENTS) - from * ELEMENTS;
}

export function full(from: i32, to: i32, n: i32, value: f32, y: usize, scratch: usize): void {
  fill(count(from, to, n), value, y + (<usize>(from * ELEMENTS) << 2));
}

/** y = x. */
export function assign(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const at = <usize>(from * ELEMENTS) << 2;
  copy(count(from, to, n), x + at, y + at);
}

/** y += x. */
export function add(from: i32, to: i32, n: i32, x: usize, y: usize, scratch: usize): void {
  const at = <usize>(from * ELEMENTS) << 2;
  accumulate(count(from, to, n), x + at, y + at);
}

/** The constants of `lib/constants`: the device asks for them before anything else. One unit. */
export function constants(from: i32, to: i32, scratch: usize): void {
  writeExpConstants();
  writeLogConstants();
}
