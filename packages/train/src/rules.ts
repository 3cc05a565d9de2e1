// How parameters are moved: by AdamW, all that follow each other in one go; by Muon, matrix by matrix.
import { adamwUpdate, muonUpdate } from '@twilljs/nn';
import { arenaLayout, type Tensor } from '@twilljs/tensor';
import type { AdamWSettings, MuonSettings } from './options.ts';
import type { Trainable, TrainedParameter } from './trainable.ts';

/** What an update has to work with. */
export interface Update {
  /** All parameters, and the gradient of those that are trained. */
  readonly flat: Tensor;
  readonly gradient: Tensor;
  /** Of the rule's own parameters, flat, in the order of its names for them. */
  readonly moments: readonly Tensor[];
  /** Rates of two counts [2,3] and the count that chooses. */
  readonly hyper: Tensor;
  readonly count: Tensor;
  readonly factor: Tensor | null;
  readonly scale: number;
}

/** How some parameters are moved. */
export interface Rule {
  readonly parameters: readonly TrainedParameter[];
  /** What is kept of each of them, by the names under which it is stored. */
  readonly moments: readonly string[];
  apply(update: Update): void;
}

/** Numbers that follow each other in the arena, in the gradient and in the rule's moments, and are moved alike. */
interface Run {
  readonly at: number;
  readonly offset: number;
  readonly own: number;
  length: number;
  readonly decay: number;
  readonly lr: number;
}

/** Where the moments of a rule's parameters begin. */
const ownOffsets = (of: readonly TrainedParameter[], { device }: Trainable) =>
  arenaLayout(
    of.map(({ tensor }) => tensor),
    device,
  ).offsets;

/** By AdamW, whatever the shape. */
export function adamwRule(parameters: readonly TrainedParameter[], all: Trainable, settings: AdamWSettings): Rule {
  const { beta1, beta2, eps, weightDecay, decayed } = settings;
  const offsets = ownOffsets(parameters, all);
  const runs: Run[] = [];
  for (const [i, { tensor, at, offset, lr, ...one }] of parameters.entries()) {
    const decay = one.weightDecay ?? (one.isDecaying || decayed === 'all' ? weightDecay : 0);
    const last = runs.at(-1);
    const gap = last && at - last.at;
    const follows = last && offset - last.offset === gap && offsets[i] - last.own === gap;
    if (follows && last.decay === decay && last.lr === lr) last.length = gap! + tensor.size;
    else runs.push({ at, offset, own: offsets[i], length: tensor.size, decay, lr });
  }
  return {
    parameters,
    moments: ['m', 'v'],
    apply({ flat, gradient, moments: [m, v], hyper, count, factor, scale }) {
      for (const { at, offset, own, length, decay: weight_decay, lr } of runs) {
        const part = (x: Tensor, from: number) => x.alias([length], from);
        const attrs = { beta1, beta2, eps, weight_decay, lr, scale };
        adamwUpdate(part(flat, at), part(gradient, offset), part(m, own), part(v, own), hyper, attrs, count, factor);
      }
    },
  };
}

/** By Muon: matrices. */
export function muonRule(parameters: readonly TrainedParameter[], all: Trainable, settings: MuonSettings): Rule {
  const { momentum, nesterov, nsSteps: steps, nsCoefficients: coefficients, nsEps: eps } = settings;
  const { adjustLrFn: adjust_lr_fn } = settings;
  const offsets = ownOffsets(parameters, all);
  return {
    parameters,
    moments: ['momentum'],
    apply({ flat, gradient, moments: [m], hyper, count, factor, scale }) {
      for (const [i, { tensor, at, offset, lr, weightDecay }] of parameters.entries()) {
        const part = (x: Tensor, from: number) => x.alias(tensor.shape, from);
        const weight_decay = weightDecay ?? settings.weightDecay;
        const attrs = { momentum, nesterov, weight_decay, adjust_lr_fn, lr, scale, ns: { steps, coefficients, eps } };
        muonUpdate(part(flat, at), part(gradient, offset), part(m, offsets[i]), hyper, attrs, count, factor);
      }
    },
  };
}
