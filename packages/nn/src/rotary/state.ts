// Positions as states hold them: a number in a value, tensors in place.
import { type Device, Tensor } from '@twilljs/tensor';
import type { InPlaceState, State } from '../mixer.ts';
import { type RotaryTables, rotaryTables } from './op.ts';

/** The tables [T,D/2] of the T positions that follow a state. */
export function rotaryAfter(
  state: State | undefined,
  T: number,
  { size, base }: NonNullable<InPlaceState['rotary']>,
  device: Device,
): RotaryTables {
  const offset = state?.position ?? 0;
  if (typeof offset === 'number') return rotaryTables(T, size, { base, offset }, device);
  return { cos: state!.cos as Tensor, sin: state!.sin as Tensor };
}

/** What a state says of its position after T more tokens. */
export function positionAfter(state: State | undefined, T: number): Tensor | number {
  const position = state?.position ?? 0;
  return position instanceof Tensor ? position : position + T;
}
