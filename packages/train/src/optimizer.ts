// AdamW over a model's arena, with its moments.
import { adamw, type ParameterArena, readFields } from '@twilljs/nn';
import { finite, keep, knownOnly, release, scope, type Tensor, tensor, untracked, zeros } from '@twilljs/tensor';
import { type TrainOptions, trainFields } from './options.ts';

export type AdamWOptions = Pick<TrainOptions, 'beta1' | 'beta2' | 'eps' | 'weightDecay' | 'decayed'>;

const { beta1, beta2, eps, weightDecay, decayed } = trainFields;
const own = { beta1, beta2, eps, weightDecay, decayed };

/** Adam with decoupled weight decay; updates all parameters of an arena in place. */
export class AdamW {
  /** First and second moments by parameter name: views of two flat arrays. */
  readonly m: ReadonlyMap<string, Tensor>;
  readonly v: ReadonlyMap<string, Tensor>;
  /** Updates done: t of the bias corrections. */
  updates = 0;
  private readonly arena: ParameterArena;
  private readonly options: AdamWOptions;
  private readonly flatM: Tensor;
  private readonly flatV: Tensor;

  /** @param options those of a training run; the others may stand among them. @throws OptionError for what cannot be. */
  constructor(arena: ParameterArena, options: AdamWOptions) {
    knownOnly('AdamW', options, Object.keys(trainFields));
    this.arena = arena;
    this.options = readFields(own, options, 'AdamW');
    const { device } = arena.flat;
    this.flatM = keep(zeros([arena.length], { device }));
    this.flatV = keep(zeros([arena.length], { device }));
    this.m = viewsOf(this.flatM, arena);
    this.v = viewsOf(this.flatV, arena);
  }

  /** @param grad flat like the arena, clipped already. @throws OptionError for a learning rate that is no finite number from 0. */
  update(grad: Tensor, lr: number): void {
    finite('AdamW: lr', lr, 0);
    const { beta1, beta2, eps, weightDecay, decayed } = this.options;
    const { flat, length, decayEnd } = this.arena;
    const t = this.updates + 1;
    const decaying = decayed === 'all' ? length : decayEnd;
    untracked(() =>
      scope(() => {
        // Formed in f64: at beta2 = 0.999 a rounded 1 - beta2^t is off by 5e-5.
        const hyper = tensor([lr, 1 - beta1 ** t, 1 - beta2 ** t], [3], { device: flat.device });
        const range = (from: number, to: number, weight_decay: number) => {
          if (from === to) return;
          const part = (x: Tensor) => x.alias([to - from], from);
          adamw(part(flat), part(grad), part(this.flatM), part(this.flatV), hyper, { beta1, beta2, eps, weight_decay });
        };
        range(0, decaying, weightDecay);
        range(decaying, length, 0);
      }),
    );
    this.updates = t;
  }

  [Symbol.dispose](): void {
    release([this.m, this.v, this.flatM, this.flatV]);
  }
}

function viewsOf(flat: Tensor, { names, tensors, offsets }: ParameterArena): Map<string, Tensor> {
  return new Map(names.map((name, i) => [name, keep(flat.alias(tensors[i].shape, offsets[i]))]));
}
