// The rotary tables of one position, which the host rewrites: what a decoding step in place reads.
import { type Data, type Device, hostArray, keep, release, write, zeros } from '@twilljs/tensor';
import { frequenciesOf, type RotaryTables } from './op.ts';

export class RotaryRow {
  /** [1,D/2] each, the same tensors at every position. */
  readonly tables: RotaryTables;
  private readonly frequencies: Float64Array;
  private readonly cos: Data;
  private readonly sin: Data;

  /** @param D head size, even. @param base wavelengths run from 2 pi to 2 pi base. */
  constructor(D: number, base: number, device: Device) {
    this.frequencies = frequenciesOf(D, base);
    const values = () => hostArray('rope', device.float, D / 2);
    this.cos = values();
    this.sin = values();
    const table = () => keep(zeros([1, D / 2], { device }));
    this.tables = { cos: table(), sin: table() };
  }

  /** From now on the tables are those of `position`, as `rotaryTables` gives them. */
  moveTo(position: number): void {
    this.frequencies.forEach((frequency, i) => {
      this.cos[i] = Math.cos(position * frequency);
      this.sin[i] = Math.sin(position * frequency);
    });
    write(this.tables.cos, this.cos);
    write(this.tables.sin, this.sin);
  }

  [Symbol.dispose](): void {
    release(this.tables);
  }
}
