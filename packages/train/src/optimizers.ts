// Optimisers as values: AdamW for everything, or Muon for the matrices of the blocks and AdamW for the rest.
import { type Fields, type Given, readOptions } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { OptimizerState } from './optimizer.ts';
import { type AdamWSettings, adamwFields, type MuonSettings, muonFields, type TrainOptions } from './options.ts';
import { adamwRule, muonRule } from './rules.ts';
import { requireTrainable, type Trainable, type TrainedParameter } from './trainable.ts';

/** An optimiser: what to hand to a trainer, or to begin with in a loop of one's own. Made by `adamw` and `muon`. */
export interface Optimizer {
  readonly name: TrainOptions['optimizer'];
  /** Complete, by the names that they have among the options of a run. */
  readonly settings: AdamWSettings | MuonSettings;
  /** What it remembers of these parameters, on their device. @throws OptionError where it has nothing to do with them. */
  for(trainable: Trainable): OptimizerState;
}

/** Settings of `adamw`. */
export type AdamWOptions = Given<typeof adamwFields>;
/** Settings of `muon`, those of `adamw` among them. */
export type MuonOptions = AdamWOptions & Given<typeof muonFields>;

/**
 * Adam with decoupled weight decay, as PyTorch's AdamW.
 *
 * @throws OptionError naming the option that is unknown or cannot be.
 */
export function adamw(options: AdamWOptions = {}): Optimizer {
  const settings = readOptions(adamwFields, options, 'adamw');
  const value = { name: 'adamw', settings } as const;
  return {
    ...value,
    for(all) {
      requireTrainable('adamw', all);
      return new OptimizerState(value, all, [adamwRule(all.parameters, all, settings)]);
    },
  };
}

/**
 * Muon, as PyTorch's, for the matrices of the blocks; AdamW for embeddings, head, norms, biases, convolutions and vectors.
 *
 * @param options its own, and those of `adamw`; the decay is that of both.
 * @throws OptionError naming the option that is unknown or cannot be.
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const settings = readOptions({ ...adamwFields, ...muonFields }, options, 'muon');
  const value = { name: 'muon', settings } as const;
  return {
    ...value,
    for(all) {
      requireTrainable('muon', all);
      const matrices = all.parameters.filter(isMatrix);
      const others = all.parameters.filter((one) => !isMatrix(one));
      if (matrices.length > 0)
        return new OptimizerState(value, all, [adamwRule(others, all, settings), muonRule(matrices, all, settings)]);
      throw new OptionError(
        `muon: none of the ${all.parameters.length} trainable parameters is a matrix of a block, such as model.layers.0.attn.q_proj.weight; use adamw.`,
      );
    },
  };
}

/** The matrices of the blocks; the table of a bound is none. */
const isMatrix = ({ name, tensor, isDecaying }: TrainedParameter) =>
  isDecaying && tensor.shape.length === 2 && /(^|\.)layers\.\d+\./.test(name);

const pick = (options: TrainOptions, fields: Fields) =>
  Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(fields, name)));

/** The optimiser of a run. */
export function optimizerOf(options: TrainOptions): Optimizer {
  const own = pick(options, adamwFields);
  return options.optimizer === 'adamw' ? adamw(own) : muon({ ...own, ...pick(options, muonFields) });
}
