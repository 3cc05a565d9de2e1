// What an optimiser remembers of the parameters that it moves, and its updates.
import { type JsonObject, matchWeights, readWeights, type StoredTensor, writeWeights } from '@twilljs/hub';
import { advance, type Field, readFields } from '@twilljs/nn';
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
import type { Optimizer } from './optimizers.ts';
import type { Rule } from './rules.ts';
import { packed, type Trainable } from './trainable.ts';

/** Moments by the names of their parameters, by what they are. */
export interface Moments {
  /** First and second moments of AdamW. */
  readonly m: ReadonlyMap<string, StoredTensor>;
  readonly v: ReadonlyMap<string, StoredTensor>;
  /** Of Muon. */
  readonly momentum?: ReadonlyMap<string, StoredTensor>;
}

/** The state of an optimiser as a value, on the host. */
export interface OptimizerValue extends Moments {
  /** Updates done. */
  readonly updates: number;
}

export const momentKinds = ['m', 'v', 'momentum'] as const satisfies (keyof Moments)[];

const count = { updates: { type: 'integer', min: 0, max: 2 ** 31 - 2 } as const satisfies Field };

/**
 * The state of an optimiser, made by `for` of its value; moves the trainable parameters of an arena in place.
 *
 * `update(gradient, lr)` is one step. In a step of one's own for `compile` it falls apart: `prepare(lr)` before each call,
 * `apply(gradient)` inside, and `skipped()` where the device was told by a factor to leave everything as it was.
 */
export class OptimizerState {
  private readonly optimizer: Pick<Optimizer, 'name' | 'settings'>;
  private readonly trainable: Trainable;
  private readonly rules: readonly Rule[];
  /** Of each rule, flat. */
  private readonly flat: readonly (readonly Tensor[])[];
  /** By their kinds and by the names of their parameters: views. */
  private readonly moments: Readonly<Record<string, ReadonlyMap<string, Tensor>>>;
  /** What the device chooses from: lr and the two bias corrections for an even and an odd count [2,3]. */
  private readonly hyper: Tensor;
  /** i32 [1]: updates done, on the device. */
  private readonly count: Tensor;
  private done = 0;

  /** @param rules of which each trainable parameter has one. */
  constructor(optimizer: Pick<Optimizer, 'name' | 'settings'>, trainable: Trainable, rules: readonly Rule[]) {
    this.optimizer = optimizer;
    this.trainable = trainable;
    this.rules = rules;
    const { device } = trainable;
    // In a scope: where there is memory for some of them only, nothing is kept.
    const made = scope(() => ({
      moments: rules.map(({ parameters, moments }) => {
        const tensors = parameters.map(({ tensor }) => tensor);
        return moments.map(() => packed(tensors, device));
      }),
      ...{ hyper: ones([2, 3], { device }), count: zeros([1], { device, dtype: 'i32' }) },
    }));
    const { moments, hyper, count } = keep(made);
    this.flat = moments.map((of) => of.map(({ flat }) => flat));
    const named = rules.flatMap(({ parameters, moments: kinds }, rule) =>
      kinds.map((kind, i): [string, Map<string, Tensor>] => {
        const { tensors } = moments[rule][i];
        return [kind, new Map(parameters.map(({ name }, at) => [name, tensors[at]]))];
      }),
    );
    this.moments = Object.fromEntries(named);
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
   * @param gradient one tensor for each of the trainable parameters, or flat like theirs; clipped already.
   * @throws OptionError for a learning rate that is no finite number from 0; ShapeError for a gradient of another length.
   */
  update(gradient: Tensor | readonly Tensor[], lr: number): void {
    untracked(() =>
      scope(() => {
        const whole = Array.isArray(gradient) ? this.pack(gradient) : (gradient as Tensor);
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
    const { name, settings } = this.optimizer;
    finite(`${name}: lr`, lr, 0);
    requireOutsideStep(
      `update() or prepare() of ${name}`,
      'and replays would leave out the learning rate; call prepare(lr) before the step, and apply(gradient) inside.',
    );
    const rows = [1, 1, 1, 1, 1, 1];
    // Formed in f64: at beta2 = 0.999 a rounded 1 - beta2^t is off by 5e-5.
    for (let before = Math.max(0, this.done - 1); before <= this.done; before++) {
      const t = before + 1;
      rows.splice(3 * (before % 2), 3, lr, 1 - settings.beta1 ** t, 1 - settings.beta2 ** t);
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
   * @param gradient flat, as `trainable.gradient()` is.
   * @param factor [], of the gradient, as `clipFactor` makes: where it is NaN nothing moves.
   * @param scale of the gradient, before the factor.
   */
  apply(gradient: Tensor, factor: Tensor | null = null, scale = 1): void {
    this.requireFlat(gradient);
    const { hyper, count } = this;
    const { flat } = this.trainable.arena;
    untracked(() =>
      scope(() => {
        for (const [i, rule] of this.rules.entries())
          rule.apply({ flat, gradient, moments: this.flat[i], hyper, count, factor, scale });
        advance(count, factor);
      }),
    );
  }

  /** Everything that the next updates depend on, but for parameters and learning rate. */
  async state(): Promise<OptimizerValue> {
    const updates = this.done;
    const moments: Record<string, ReadonlyMap<string, StoredTensor>> = {};
    for (const [kind, tensors] of Object.entries(this.moments)) moments[kind] = await readWeights(tensors);
    return { updates, ...(moments as unknown as Moments) };
  }

  /**
   * Goes on from such a state.
   *
   * @param where where it comes from, for messages.
   * @throws FileError when it is of another optimiser or of other parameters; nothing is changed then.
   */
  load(state: OptimizerValue, where = 'optimizer'): void {
    const kinds = Object.keys(this.moments);
    knownOnly(where, state, ['updates', ...momentKinds]);
    const { updates } = readFields(count, { updates: state.updates } as JsonObject, where);
    const has = momentKinds.filter((kind) => state[kind] !== undefined);
    if (`${has}` !== `${kinds}`) {
      throw new FileError(
        `${where}: it holds ${has.join(', ') || 'nothing'} but ${this.optimizer.name} keeps ${kinds.join(', ')}; give what state() resolved to, of the same optimizer.`,
      );
    }
    const matched = has.map((kind) => {
      const stored = state[kind];
      if (!(stored instanceof Map))
        throw new FileError(
          `${where}: ${kind} is ${shown(stored)} where tensors by name are needed; give what state() resolved to, which JSON cannot hold.`,
        );
      return matchWeights(this.moments[kind], stored, `${where}: ${kind}`);
    });
    for (const [i, kind] of has.entries()) writeWeights(this.moments[kind], matched[i]);
    write(this.count, [updates]);
    this.done = updates;
  }

  [Symbol.dispose](): void {
    release([Object.values(this.moments), this.flat, this.hyper, this.count]);
  }

  private pack(gradients: readonly Tensor[]): Tensor {
    const { parameters, layout } = this.trainable;
    const wrong = parameters.findIndex(({ tensor }, i) => !sameShape(tensor.shape, gradients[i]?.shape ?? []));
    if (gradients.length === parameters.length && wrong === -1) return packArena(gradients, layout);
    const { name } = this.optimizer;
    throw new ShapeError(
      gradients.length === parameters.length
        ? `${name}: the gradient of ${parameters[wrong].name} is [${gradients[wrong].shape}] but the parameter [${parameters[wrong].tensor.shape}]; give them in the order of trainable.tensors.`
        : `${name}: ${gradients.length} gradients but ${parameters.length} trainable parameters; give one for each of trainable.tensors.`,
    );
  }

  private requireFlat(gradient: Tensor): void {
    const { name } = this.optimizer;
    const { arena, layout } = this.trainable;
    const [memory] = arena.flat.held();
    if (!memory || arena.tensors.some((t) => t.held()[0] !== memory)) {
      throw new OptionError(
        `${name}: the model was moved or given back since; begin again with its arena, and load the state.`,
      );
    }
    requireTensor(name, 'the gradient', gradient);
    if (sameShape(gradient.shape, [layout.length])) return;
    throw new ShapeError(
      `${name}: the gradient is [${gradient.shape}] but that of the trainable parameters [${layout.length}]; give it flat, or one tensor for each of trainable.tensors.`,
    );
  }
}
