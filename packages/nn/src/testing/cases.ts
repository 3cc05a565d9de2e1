// A mixer of a family on a device, and what its checks have in common.
import { type Device, keep } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { readFields } from '../config.ts';
import { initializer } from '../initializer.ts';
import type { Mixer, MixerFamily } from '../mixer.ts';
import { modelFields } from '../model-fields.ts';
import { params } from '../module.ts';

/** A family in one configuration on one device. */
export interface MixerCase {
  readonly family: MixerFamily;
  /** Fields that differ from the defaults, under FLA's names; `hidden_size` among them. */
  readonly config: Readonly<Record<string, unknown>> & { readonly hidden_size: number };
  readonly device: Device;
}

/** A check by its name, for any test runner: it throws what does not hold. */
export interface Check {
  readonly name: string;
  /** Rejects when the check fails, with the figure and the bound. */
  run(): Promise<void>;
}

/** A mixer of a case, its parameters on the device. Weights are large enough for gates and states to matter. */
export async function makeMixer({ family, config, device }: MixerCase): Promise<Mixer> {
  const { fuse_norm } = modelFields;
  const values = readFields({ ...family.fields, fuse_norm }, config, family.name);
  const widths = { ...values, hidden_size: config.hidden_size, norm_eps: 1e-6 } as never;
  const model = { init: initializer(7, 0.3), layers: 3 };
  const mixer = family.create(widths, { ...model, layer: 1, shared: family.shared?.(widths, model) ?? {} });
  for (const t of params(mixer).values()) {
    const moved = keep(await t.to(device));
    if (moved !== t) t.moveTo(moved, 0);
  }
  return mixer;
}

/** @throws Error with the figure. */
export function within(what: string, ours: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  const { error, worst } = deviation(ours, expected);
  if (!(error <= bound)) throw new Error(`${what}: error ${error} above ${bound}, worst at ${worst}`);
}

/** @throws Error naming the first number that is not the same to the bit. */
export function same(what: string, ours: Float64Array, expected: Float64Array): void {
  const at = ours.findIndex((x, i) => !Object.is(x, expected[i]));
  if (at !== -1) throw new Error(`${what}: ${ours[at]} became ${expected[at]} at ${at}`);
}
