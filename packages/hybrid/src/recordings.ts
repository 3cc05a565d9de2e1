// The steps that a model has recorded, by shape, each with the ids that it reads.

import type { SequencePlaces } from '@twilljs/nn';
import {
  type Compiled,
  compile,
  type Device,
  keep,
  release,
  type Shape,
  type StepReport,
  Tensor,
  write,
  zeros,
} from '@twilljs/tensor';
import type { HostIds } from './ids.ts';

/** Recordings that a model keeps; the one that was used longest ago goes first. */
const MOST = 8;

/** Ids [B,T] that were looked at: on the host, or where the model is. */
export type Given = HostIds | Tensor;

/** A recorded step. Ids of the host are written where it reads them. */
export class Recording<More extends readonly unknown[], R> {
  /** Where its sequences lie, which is written before it runs; null where they are rows that begin here. */
  readonly places: SequencePlaces | null;
  private readonly step: Compiled<[readonly Tensor[], ...More], R>;
  private readonly inputs: readonly Tensor[];

  /** @param ids of the shapes of those that it will read. @param places it disposes of them. */
  constructor(
    device: Device,
    ids: readonly { readonly shape: Shape }[],
    step: (ids: readonly Tensor[], ...more: More) => R,
    places: SequencePlaces | null = null,
  ) {
    this.places = places;
    this.step = compile(device, step);
    this.inputs = keep(ids.map(({ shape }) => zeros(shape, { device, dtype: 'i32' })));
  }

  run(ids: readonly Given[], ...more: More): R {
    const tensors = ids.map((given, i) => {
      if (given instanceof Tensor) return given;
      write(this.inputs[i], given.data);
      return this.inputs[i];
    });
    return this.step(tensors, ...more);
  }

  inspect(): StepReport {
    return this.step.inspect();
  }

  [Symbol.dispose](): void {
    this.step[Symbol.dispose]();
    this.places?.[Symbol.dispose]();
    release(this.inputs);
  }
}

type Kept = Pick<Recording<[], unknown>, 'inspect'> & Disposable;

export class Recordings {
  private readonly kept = new Map<string, Kept>();

  get size(): number {
    return this.kept.size;
  }

  /** The one that was used last. */
  get latest(): Kept | undefined {
    return [...this.kept.values()].at(-1);
  }

  /** The recording under a key, made where there is none. */
  get<R extends Kept>(key: string, make: () => R): R {
    const found = (this.kept.get(key) as R | undefined) ?? make();
    this.kept.delete(key);
    this.kept.set(key, found); // the last is the one used last
    for (const [oldest, recording] of this.kept) {
      if (this.kept.size <= MOST) break;
      this.kept.delete(oldest);
      recording[Symbol.dispose]();
    }
    return found;
  }

  [Symbol.dispose](): void {
    for (const recording of this.kept.values()) recording[Symbol.dispose]();
    this.kept.clear();
  }
}
