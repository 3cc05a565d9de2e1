// Rotary tables of any positions, which the host rewrites: what sequences of different lengths, and steps of decoding, read.
import { type Data, type Device, hostArray, keep, release, scope, write, zeros } from '@twilljs/tensor';
import type { Rotary } from '../mixer.ts';
import { frequenciesOf, type RotaryTables, writeTurns } from './op.ts';

export class RotaryRows {
  /** [B,T,D/2] each, the same tensors at all positions. */
  readonly tables: RotaryTables;
  private readonly frequencies: Float64Array;
  private readonly cos: Data;
  private readonly sin: Data;

  constructor({ size, base }: Rotary, [B, T]: readonly [number, number], device: Device) {
    this.frequencies = frequenciesOf(size, base);
    const values = () => hostArray('rope', device.float, (B * T * size) / 2);
    this.cos = values();
    this.sin = values();
    const table = () => zeros([B, T, size / 2], { device });
    this.tables = keep(scope(() => ({ cos: table(), sin: table() })));
  }

  /** From now on the tables are those of these positions [B T], as `rotaryTablesAt` gives them. */
  moveTo(positions: ArrayLike<number>): void {
    writeTurns(this.frequencies, positions, this.cos, this.sin);
    write(this.tables.cos, this.cos);
    write(this.tables.sin, this.sin);
  }

  [Symbol.dispose](): void {
    release(this.tables);
  }
}
