// Replays the golden of an op: every output and every gradient.
import type { Device } from '@twilljs/tensor';
import { replay, tolerances } from '@twilljs/tensor/testing';
import { runGoldenOp } from './golden-ops.ts';
import type { Measured } from './measured.ts';
import type { OpTarget } from './targets.ts';

export async function replayOp({ golden }: OpTarget, device: Device): Promise<Measured[]> {
  const usual = tolerances[device.float];
  const compared = await replay((ins) => runGoldenOp(golden.op, ins, golden.attrs), golden, device, !device.eager);
  return compared.map(({ name, kind, zero, error, worst }) => {
    const own = device.float === 'f32' ? golden.tolerance[kind] : undefined;
    const tolerance = zero ? usual.zero : (own ?? (name === 'out.loss' ? usual.loss : usual[kind]));
    return { tensor: name, error, tolerance, worst };
  });
}
