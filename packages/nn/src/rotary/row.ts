// The rotary tables of one position, which the host rewrites: what a decoding step in place reads.
import { type Device, keep, release, write, zeros } from '@twilljs/tensor';
import { anglesAt, frequenciesOf } from './angles.ts';
import type { RotaryTables } from './op.ts';

export class RotaryRow {
  /** [1,D/2] each, the same tensors at every position. */
  readonly tables: RotaryTables;
  private readonly frequencies: Float64Array;

  /** @param D head size, even. @param base wavelengths run from 2 pi to 2 pi base. */
  constructor(D: number, base: number, device: Device) {
    this.frequencies = frequenciesOf(D, base);
    const table = () => keep(zeros([1, D / 2], { device }));
    this.tables = { cos: table(), sin: table() };
  }

  /** From now on the tables are those of `position`, as `rotaryTables` gives them. */
  moveTo(position: number): void {
    const angles = anglesAt(this.frequencies, position, 1);
    write(this.tables.cos, angles.map(Math.cos));
    write(this.tables.sin, angles.map(Math.sin));
  }

  [Symbol.dispose](): void {
    release(this.tables);
  }
}
