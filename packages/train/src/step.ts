// One optimiser step on the device, from ids to moved parameters: a function that is recorded once and replayed.
import { type Batch, checkBatch } from '@twilljs/data';
import { hostIds, type LanguageModel } from '@twilljs/hybrid';
import { clipFactor, normBlocks, placesFor, SequencePlaces, type Sequences } from '@twilljs/nn';
import {
  assign,
  type Compiled,
  compile,
  detach,
  grad,
  keep,
  release,
  type StepReport,
  sameShape,
  scope,
  type Tensor,
  untracked,
  write,
  zeros,
} from '@twilljs/tensor';
import { microBatches } from './micro-batches.ts';
import type { OptimizerState } from './optimizer.ts';
import type { TrainOptions } from './options.ts';
import type { Packed, Trainable } from './trainable.ts';

/** Where the host writes a part of a batch. */
interface Place {
  /** [rows,T] i32. */
  readonly ids: Tensor;
  readonly labels: Tensor;
  /** []: of its labels. Null where there is one part, whose weight is 1. */
  readonly weight: Tensor | null;
  /** []: in sequences, of a mean part. Null where there is one part, or all have as many, which are rows. */
  readonly positions: Tensor | null;
  /** Where its sequences lie; null where they are its rows. */
  readonly sequences: Sequences | null;
}

/** What the host learns of a step, later. */
export interface StepResult {
  readonly loss: number;
  readonly norm: number;
}

export interface StepSettings extends Pick<TrainOptions, 'microBatches' | 'maxNorm'> {
  /** Whether activations inside blocks are computed again for the gradient. */
  readonly recompute: boolean;
}

/** A model and its optimiser, ready to be moved by batches. */
export class TrainingStep {
  private readonly model: LanguageModel;
  private readonly trainable: Trainable;
  private readonly optimizer: OptimizerState;
  private readonly settings: StepSettings;
  /** Of the trainable parameters. */
  private readonly gradient: Packed;
  private readonly blocks: Tensor;
  /** Loss and norm of the last step [2], and each alone []. */
  private readonly result: Tensor;
  private readonly loss: Tensor;
  private readonly norm: Tensor;
  private readonly step: Compiled<[parts: readonly Place[]], void>;
  /** Of the last batch: those of the same shape use them again. */
  private places: Place[] = [];
  /** Of each place, where the host writes its sequences; none where they are rows. */
  private lying: SequencePlaces[] = [];

  constructor(model: LanguageModel, trainable: Trainable, optimizer: OptimizerState, settings: StepSettings) {
    this.model = model;
    this.trainable = trainable;
    this.optimizer = optimizer;
    this.settings = settings;
    const { device } = model.arena.flat;
    const made = scope(() => {
      const result = zeros([2], { device });
      const [loss, norm] = [0, 1].map((i) => result.alias([], i));
      const blocks = normBlocks(spansByName(trainable), device);
      return { gradient: trainable.gradient(), blocks, result, loss, norm };
    });
    const { gradient, blocks, result, loss, norm } = keep(made);
    this.gradient = gradient;
    this.blocks = blocks;
    this.result = result;
    this.loss = loss;
    this.norm = norm;
    this.step = compile(device, (parts) => this.compute(parts));
  }

  /**
   * Asks the device for a step. Nothing has happened where it throws.
   *
   * @returns what it came to, when the device is done with it.
   * @throws OptionError, ShapeError for a batch that cannot be.
   */
  take(batch: Batch, lr: number): Promise<StepResult> {
    this.fill(batch);
    this.optimizer.prepare(lr);
    try {
      this.step(this.places);
    } catch (error) {
      this.optimizer.skipped();
      throw error;
    }
    return this.read();
  }

  /** Asked for now, so that the next step may be asked for before this one is done. */
  private async read(): Promise<StepResult> {
    const [loss, norm] = await this.result.data();
    return { loss, norm };
  }

  inspect(): StepReport {
    return this.step.inspect();
  }

  [Symbol.dispose](): void {
    this.step[Symbol.dispose]();
    release([this.gradient, this.blocks, this.result, this.loss, this.norm]);
    this.leavePlaces();
  }

  /** Loss and gradient of all parts, and the update. */
  private compute(parts: readonly Place[]): void {
    const losses = parts.map(({ ids, labels, weight, positions, sequences }, part) =>
      scope(() => {
        const loss = this.model.loss(ids, labels, {
          ...(weight && { weight }),
          ...(positions && { positions }),
          recompute: this.settings.recompute,
          ...(sequences && { sequences }),
        });
        const gradients = grad(loss, this.trainable.tensors);
        untracked(() => {
          for (const [i, g] of gradients.entries()) assign(this.gradient.tensors[i], g, { add: part > 0 });
        });
        return detach(loss);
      }),
    );
    untracked(() => {
      const scale = 1 / parts.length;
      const sum = losses.reduce((a, b) => a.add(b));
      const loss = parts.length === 1 ? sum : sum.mul(scale);
      const { flat } = this.gradient;
      const { norm, factor } = clipFactor(flat, this.settings.maxNorm, { scale, blocks: this.blocks, loss });
      this.optimizer.apply(flat, factor, scale);
      assign(this.loss, loss);
      assign(this.norm, norm);
    });
  }

  /** Writes a batch to its places, once all of it has been looked at. */
  private fill(batch: Batch): void {
    const parts = microBatches(this.looked(batch), this.settings.microBatches);
    const { T } = batch;
    const n = Math.max(...parts.map(({ ranges }) => (ranges ? placesFor(ranges.length / 2) : 0)));
    if (!this.fits(parts, T, n)) {
      this.leavePlaces(); // there may be no memory for others
      try {
        for (const part of parts) this.makePlace(part.B, T, n);
      } catch (error) {
        this.leavePlaces();
        throw error;
      }
    }
    for (const [i, { ids, labels, weight, positions }] of this.places.entries()) {
      write(ids, parts[i].inputs);
      write(labels, parts[i].labels);
      if (weight) write(weight, [parts[i].weight]);
      if (positions) write(positions, [parts[i].positions]);
      this.lying[i]?.write(parts[i].ranges!);
    }
  }

  /** A batch of ids and labels that are some; what lies outside of its sequences is not looked at, and asks for nothing. */
  private looked(batch: Batch): Batch {
    checkBatch('train', batch);
    const { inputs, labels, B, T, ranges = null } = batch;
    const vocabulary = this.model.config.model.vocab_size;
    const ids = (data: Int32Array, what: 'ids' | 'labels') =>
      hostIds({ data, shape: [B, T] }, { what, vocabulary }, () => ranges).data;
    return { ...batch, labels: ids(labels, 'labels'), inputs: ids(inputs, 'ids') };
  }

  /** Whether parts of a batch, with at most n sequences in ranges, go into the places that there are. */
  private fits([part]: readonly Batch[], T: number, n: number): boolean {
    const [place] = this.places;
    const room = this.lying[0]?.sequences ?? 0;
    return place !== undefined && sameShape(place.ids.shape, [part.B, T]) && (n === 0 ? room === 0 : n <= room);
  }

  private makePlace(rows: number, T: number, n: number): void {
    const { device, model } = this.model;
    const rotary = model.layers.map(({ attn }) => attn.rotary);
    if (n > 0) this.lying.push(new SequencePlaces(device, { B: rows, T, n, packed: true, rotary }));
    const ids = () => zeros([rows, T], { device, dtype: 'i32' });
    const number = (is: boolean) => (is ? zeros([], { device }) : null);
    const isPart = this.settings.microBatches > 1;
    const made = keep(
      scope(() => ({ ids: ids(), labels: ids(), weight: number(isPart), positions: number(isPart && n > 0) })),
    );
    this.places.push({ ...made, sequences: this.lying.at(-1)?.at(0) ?? null });
  }

  private leavePlaces(): void {
    for (const places of this.lying) places[Symbol.dispose]();
    release(this.places.map(({ ids, labels, weight, positions }) => [ids, labels, weight, positions]));
    this.lying = [];
    this.places = [];
  }
}

/** Places of gradients in the order of their parameters' names, so that the order in an arena changes no bit of the norm. */
function spansByName({ parameters }: Trainable) {
  const inOrder = parameters.map(({ name, offset, tensor }) => ({ name, from: offset, size: tensor.size }));
  return inOrder.sort((a, b) => (a.name < b.name ? -1 : 1));
}
