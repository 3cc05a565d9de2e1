// What an adapter adds to one module: tensors of its own, put in and taken out again.
import type { Tensor } from '@twilljs/tensor';

export interface Part {
  /** Its tensors, by path. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  attach(): void;
  detach(): void;
  /** Why it cannot become part of the weights; null where it can. */
  readonly unmergeable: string | null;
  /** Adds it to the weights. It must have been taken out before. */
  merge(): void;
}
