// The position of the token that is read in place, as recordings see it: tensors that the host writes before each step.
import { type Mixer, RotaryRow, type State } from '@twilljs/nn';
import { type Device, keep, type Tensor, write, zeros } from '@twilljs/tensor';

export class Position {
  private readonly device: Device;
  /** i32 [1] */
  private readonly index: Tensor;
  /** By size and base. */
  private readonly rows = new Map<string, RotaryRow>();

  constructor(device: Device) {
    this.device = device;
    this.index = keep(zeros([1], { device, dtype: 'i32' }));
  }

  /** What a mixer wants of it in its state. Those that turn alike share their tables. */
  entriesFor({ inPlace }: Mixer): State {
    if (!inPlace) return {};
    const { index: position } = this;
    if (!inPlace.rotary) return { position };
    const { size, base } = inPlace.rotary;
    const key = `${size} ${base}`;
    const row = this.rows.get(key) ?? new RotaryRow(size, base, this.device);
    this.rows.set(key, row);
    return { position, ...row.tables };
  }

  moveTo(position: number): void {
    write(this.index, [position]);
    for (const row of this.rows.values()) row.moveTo(position);
  }

  [Symbol.dispose](): void {
    this.index.release();
    for (const row of this.rows.values()) row[Symbol.dispose]();
  }
}
