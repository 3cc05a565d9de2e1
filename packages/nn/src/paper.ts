// A form of a recurrence against the one that its paper prints, for tests.
import { cpu, type Device, type Shape, scope, size, type Tensor, tensor } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';

/** Noise from a seed, number by number through `map`. */
type Make = (seed: number, shape: Shape, map?: (x: number) => number) => Tensor;
type Named = Readonly<Record<string, Tensor>>;

/**
 * Our form of a recurrence against the one that the paper prints, on the f64 device.
 *
 * @param run both on the same inputs: outputs and states, in the same order.
 * @returns the largest RMS ratio.
 */
export async function paperError(run: (make: Make, device: Device) => { paper: Named; ours: Named }): Promise<number> {
  const device = cpu({ float: 'f64' });
  const make: Make = (seed, shape, map = (x) => x) => tensor(noise(size(shape), seed).map(map), shape, { device });
  const [paper, ours] = scope(() => {
    const made = run(make, device);
    return [Object.values(made.paper), Object.values(made.ours)];
  });
  if (ours.length < 1 || ours.length !== paper.length) {
    throw new Error(`${ours.length} results against the paper's ${paper.length}`);
  }
  const errors = ours.map(async (t, i) => deviation(await t.data(), await paper[i].data()).error);
  return Math.max(...(await Promise.all(errors)));
}
