// The model at the place where it is: what its caches hold on to.
import type { Mixer, ModelConfig } from '@twilljs/nn';
import { type Computed, computedBy } from './computed.ts';
import { InPlace } from './in-place.ts';

/** After `to()` a model has another one. */
export class Place {
  readonly computed: Computed;
  // Out of sight for whoever looks for the tensors in a cache: mixers have parameters.
  readonly #mixers: readonly Mixer[];
  #found: InPlace | null | undefined;
  /** A mixer's state has turned out to change its shape. */
  decodesByValue = false;

  constructor(config: ModelConfig, mixers: readonly Mixer[]) {
    this.computed = computedBy(config);
    this.#mixers = mixers;
  }

  /** How its states lie in place; null where one cannot. */
  get inPlace(): InPlace | null {
    if (this.#found === undefined) this.#found = InPlace.of(this.#mixers);
    return this.#found;
  }
}
