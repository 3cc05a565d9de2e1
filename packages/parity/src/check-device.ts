// Whether a device computes what it should: a training step of small models of every mixer, on it and on the f64 reference.
import { hybrid } from '@twilljs/hybrid';
import { initializer, type MixerFamily } from '@twilljs/nn';
import { cpu, type Device, grad, keep, type Op, release, rng, type Spec, scope } from '@twilljs/tensor';
import { deviation, tolerances } from '@twilljs/tensor/testing';

export interface DeviceCheck {
  readonly ok: boolean;
  /** Relative error of the loss, and RMS ratio of a gradient; the worst over models and parameters. */
  readonly lossError: number;
  readonly gradientError: number;
  /** Ops that ran by a kernel of the device. */
  readonly kernels: readonly string[];
  /** Ops that took their definition, which is slower. */
  readonly definitions: readonly { readonly op: string; readonly reason: string; readonly count: number }[];
}

const B = 2;
const T = 70; // more than one chunk of the delta rule

/** @param mixers of whose models a step is taken. @param seed of their weights. */
export async function checkDevice(on: Device, mixers: readonly MixerFamily[], seed: number): Promise<DeviceCheck> {
  const seen = new Set<string>();
  const device = observed(on, seen);
  let [lossError, gradientError] = [0, 0];
  for (const family of mixers) {
    const ours = await step(family, mixers, seed, device);
    const exact = await step(family, mixers, seed, cpu({ float: 'f64' }));
    lossError = Math.max(lossError, Math.abs(ours.loss - exact.loss) / exact.loss);
    ours.gradients.forEach((gradient, i) => {
      gradientError = Math.max(gradientError, deviation(gradient, exact.gradients[i]).error);
    });
  }
  const { loss, grad: gradient } = tolerances.f32;
  return {
    ok: lossError <= loss && gradientError <= gradient,
    lossError,
    gradientError,
    kernels: [...seen].filter((op) => !device.fallbacks.has(op)).sort(),
    definitions: [...device.fallbacks].map(([op, { reason, count }]) => ({ op, reason, count })),
  };
}

/** The device, telling the names of the ops that it is asked for, with a count of fallbacks of its own. */
function observed(device: Device, seen: Set<string>): Device {
  return Object.create(device, {
    fallbacks: { value: new Map() },
    find: {
      value<A>(op: Op<A>, ins: readonly (Spec | null)[], attrs: A) {
        seen.add(op.name);
        return device.find(op, ins, attrs);
      },
    },
  });
}

/** Loss and gradients of a model on fixed random bytes. */
async function step(family: MixerFamily, mixers: readonly MixerFamily[], seed: number, device: Device) {
  const { model_type, role, evenHeads } = family;
  const config = {
    model_type,
    hidden_size: 32,
    num_hidden_layers: 2,
    intermediate_size: 64,
    vocab_size: 64,
    num_heads: 2,
    ...evenHeads?.(32, 2),
    ...(role === 'linear' && { ratio: '1:1', attn: { num_heads: 2 } }),
  };
  const model = hybrid(config, { mixers, init: initializer(seed, 0.05) });
  await model.to(device);
  const ids = {
    data: rng(seed)
      .fork('doctor')
      .ints(B * T, 64),
    shape: [B, T] as const,
  };
  const made = keep(
    scope(() => {
      const loss = model.loss(ids);
      return { loss, gradients: grad(loss, [...model.arena.tensors]) };
    }),
  );
  const loss = await made.loss.item();
  const gradients = await Promise.all(made.gradients.map((gradient) => gradient.data()));
  release(made);
  return { loss, gradients };
}
