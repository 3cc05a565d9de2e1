// The model at the place where it is: what its caches hold on to.
import type { Mixer, ModelConfig } from '@twilljs/nn';
import { type Computed, computedBy } from './computed.ts';
import { StateLayouts } from './state-layout.ts';

/** After `to()` a model has another one. */
export class Place {
  readonly computed: Computed;
  // Out of sight for whoever looks for the tensors in a cache: mixers have parameters.
  readonly #mixers: readonly Mixer[];
  #layouts: StateLayouts | undefined;

  constructor(config: ModelConfig, mixers: readonly Mixer[]) {
    this.computed = computedBy(config);
    this.#mixers = mixers;
  }

  /** How the states of its layers lie in a cache. @throws OptionError where one cannot. */
  get layouts(): StateLayouts {
    this.#layouts ??= new StateLayouts(this.#mixers);
    return this.#layouts;
  }
}
