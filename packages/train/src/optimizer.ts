// AdamW over a model's arena, with its moments.
import { type JsonObject, matchWeights, readWeights, type StoredTensor, writeWeights } from '@twilljs/hub';
import {
  adamwUpdate,
  advance,
  type Field,
  likeArena,
  type ParameterArena,
  readFields,
  requireArena,
} from '@twilljs/nn';
import {
  FileError,
  finite,
  keep,
  knownOnly,
  OptionError,
  ones,
  packArena,
  release,
  requireOutsideStep,
  requireTensor,
  ShapeError,
  sameShape,
  scope,
  shown,
  type Tensor,
  untracked,
  write,
  zeros,
} from '@twilljs/tensor';
import { type TrainOptions, trainFields } from './options.ts';

/** Defaults are those of a training run. */
export type AdamWOptions = Partial<AdamWSettings>;
type AdamWSettings = Pick<TrainOptions, 'beta1' | 'beta2' | 'eps' | 'weightDecay' | 'decayed'>;

/** An optimiser as a value, on the host. */
export interface AdamWState {
  /** Updates done. */
  readonly updates: number;
  /** First and second moments by parameter name. */
  readonly m: ReadonlyMap<string, StoredTensor>;
  readonly v: ReadonlyMap<string, StoredTensor>;
}

const { beta1, beta2, eps, weightDecay, decayed } = trainFields;
const own = { beta1, beta2, eps, weightDecay, decayed };
const count = { updates: { type: 'integer', min: 0, max: 2 ** 31 - 2 } as const satisfies Field };

/**
 * Adam with decoupled weight decay; updates all parameters of an arena in place.
 *
 * `update(gradient, lr)` is one step. In a step of one's own for `compile` it falls apart: `prepare(lr)` before each call,
 * `apply(gradient)` inside, and `skipped()` where the device was told by a factor to leave everything as it was.
 */
export class AdamW {
  /** First and second moments by parameter name: views of two flat arrays. */
  readonly m: ReadonlyMap<string, Tensor>;
  readonly v: ReadonlyMap<string, Tensor>;
  private readonly arena: ParameterArena;
  private readonly options: AdamWSettings;
  private readonly flatM: Tensor;
  private readonly flatV: Tensor;
  /** What the device chooses from: lr and the two bias corrections for an even and an odd count [2,3]. */
  private readonly hyper: Tensor;
  /** i32 [1]: updates done, on the device. */
  private readonly count: Tensor;
  private done = 0;

  /**
   * @param arena `model.arena`, after `model.to`.
   * @param options those of a training run; the others may stand among them.
   * @throws OptionError for what cannot be.
   */
  constructor(arena: ParameterArena, options: AdamWOptions = {}) {
    requireArena('AdamW', arena);
    knownOnly('AdamW', options, Object.keys(trainFields));
    this.arena = arena;
    this.options = readFields(own, options, 'AdamW');
    const { device } = arena.flat;
    // In a scope: where there is memory for some of them only, nothing is kept.
    const made = scope(() => ({
      ...{ m: likeArena(arena), v: likeArena(arena) },
      ...{ hyper: ones([2, 3], { device }), count: zeros([1], { device, dtype: 'i32' }) },
    }));
    const { m, v, hyper, count } = keep(made);
    const named = (tensors: readonly Tensor[]) => new Map(arena.names.map((name, i) => [name, tensors[i]]));
    this.flatM = m.flat;
    this.flatV = v.flat;
    this.m = named(m.tensors);
    this.v = named(v.tensors);
    this.hyper = hyper;
    this.count = count;
  }

  /** Updates done: t of the bias corrections. One that was prepared counts, until `skipped` takes it back. */
  get updates(): number {
    return this.done;
  }

  /**
   * One step, outside of recordings.
   *
   * @param gradient one tensor for each of the arena, or flat like it; clipped already.
   * @throws OptionError for a learning rate that is no finite number from 0; ShapeError for a gradient of another length.
   */
  update(gradient: Tensor | readonly Tensor[], lr: number): void {
    const flat = (): Tensor => (Array.isArray(gradient) ? packArena(gradient, this.arena) : (gradient as Tensor));
    untracked(() =>
      scope(() => {
        const whole = flat();
        this.requireFlat(whole);
        this.prepare(lr);
        this.apply(whole);
      }),
    );
  }

  /**
   * Before each call of a compiled step: writes learning rate and bias corrections of the update that it will do. The device may be one update
   * behind, of which it is not known yet whether it was skipped: it finds its own by its count.
   */
  prepare(lr: number): void {
    finite('AdamW: lr', lr, 0);
    requireOutsideStep(
      'update() or prepare() of AdamW',
      'and replays would leave out the learning rate; call prepare(lr) before the step, and apply(gradient) inside.',
    );
    const { beta1, beta2 } = this.options;
    const rows = [1, 1, 1, 1, 1, 1];
    // Formed in f64: at beta2 = 0.999 a rounded 1 - beta2^t is off by 5e-5.
    for (let before = Math.max(0, this.done - 1); before <= this.done; before++) {
      const t = before + 1;
      rows.splice(3 * (before % 2), 3, lr, 1 - beta1 ** t, 1 - beta2 ** t);
    }
    write(this.hyper, rows);
    this.done++;
  }

  /** The update last prepared was skipped on the device. */
  skipped(): void {
    this.done--;
  }

  /**
   * Moves the parameters, in a recording or not.
   *
   * @param gradient flat like the arena.
   * @param factor [], of the gradient, as `clipFactor` makes: where it is NaN nothing moves.
   * @param scale of the gradient, before the factor.
   */
  apply(gradient: Tensor, factor: Tensor | null = null, scale = 1): void {
    this.requireFlat(gradient);
    const { beta1, beta2, eps, weightDecay, decayed } = this.options;
    const { flat, length, decayEnd } = this.arena;
    const range = (from: number, to: number, weight_decay: number) => {
      if (from === to) return;
      const part = (x: Tensor) => x.alias([to - from], from);
      const [param, grad, m, v] = [flat, gradient, this.flatM, this.flatV].map(part);
      adamwUpdate(param, grad, m, v, this.hyper, { beta1, beta2, eps, weight_decay, scale }, this.count, factor);
    };
    const decaying = decayed === 'all' ? length : decayEnd;
    untracked(() =>
      scope(() => {
        range(0, decaying, weightDecay);
        range(decaying, length, 0);
        advance(this.count, factor);
      }),
    );
  }

  /** Everything that the next updates depend on, but for parameters and learning rate. */
  async state(): Promise<AdamWState> {
    const updates = this.done;
    return { updates, m: await readWeights(this.m), v: await readWeights(this.v) };
  }

  /**
   * Goes on from such a state.
   *
   * @param where where it comes from, for messages.
   * @throws FileError when it is of other parameters; nothing is changed then.
   */
  load(state: AdamWState, where = 'optimizer'): void {
    knownOnly(where, state, ['updates', 'm', 'v']);
    const { updates } = readFields(count, { updates: state.updates } as JsonObject, where);
    const [m, v] = (['m', 'v'] as const).map((name) => {
      const stored = state[name];
      if (!(stored instanceof Map))
        throw new FileError(
          `${where}: ${name} is ${shown(stored)} where tensors by name are needed; give what state() resolved to, which JSON cannot hold.`,
        );
      return matchWeights(this[name], stored, where);
    });
    writeWeights(this.m, m);
    writeWeights(this.v, v);
    write(this.count, [updates]);
    this.done = updates;
  }

  [Symbol.dispose](): void {
    release([this.m, this.v, this.flatM, this.flatV, this.hyper, this.count]);
  }

  private requireFlat(gradient: Tensor): void {
    const { length, flat, tensors } = this.arena;
    const [memory] = flat.held();
    if (!memory || tensors.some((t) => t.held()[0] !== memory)) {
      throw new OptionError(
        'AdamW: the model was moved or given back since; make another one of its arena, and load the state.',
      );
    }
    requireTensor('AdamW', 'the gradient', gradient);
    if (sameShape(gradient.shape, [length])) return;
    throw new ShapeError(
      `AdamW: the gradient is [${gradient.shape}] but the arena [${length}]; give it flat, or one tensor for each of arena.tensors.`,
    );
  }
}
