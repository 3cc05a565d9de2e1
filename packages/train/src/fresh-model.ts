// The model to train, with fresh weights, once it is clear that it fits.
import { totalmem } from 'node:os';
import { compose, hybridConfig, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer, leastParameters, type MixerFamily, shapesOnly } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';

/** Weights, gradient and two moments, 4 bytes each. */
const BYTES_PER_PARAMETER = 16;
/** What a 32-bit memory addresses. */
const WASM_BYTES = 2 ** 32;

/**
 * A model with weights drawn from a seed.
 *
 * @param config whose names are checked, or of the record of a run.
 * @param mixers the families that it may name.
 * @param device name of that on which it will be trained.
 * @throws OptionError when the configuration cannot be, or the model does not fit into memory.
 */
export function freshModel(
  config: Readonly<Record<string, unknown>>,
  mixers: readonly MixerFamily[],
  seed: number,
  device: string,
): LanguageModel {
  // What any mixers would need is known without a plan, which of many thousands of layers takes a second.
  requireTrainingMemory(leastParameters(hybridConfig(config, mixers).model), device, 'at least ');
  const planned = compose(config, { mixers, init: shapesOnly() });
  requireTrainingMemory(countParams(planned), device);
  return compose(config, { mixers, init: initializer(seed, planned.config.model.initializer_range) });
}

/** @throws OptionError when there is no room for the weights, their gradient and moments. */
export function requireTrainingMemory(parameters: number, device: string, atLeast = ''): void {
  const bytes = parameters * BYTES_PER_PARAMETER;
  const limit = device === 'cpu' ? totalmem() : Math.min(WASM_BYTES, totalmem());
  if (bytes <= limit) return;
  const [count, needs, has] = [parameters, bytes, limit].map((n) => Math.round(n).toLocaleString('en-US'));
  throw new OptionError(
    `train: the model has ${atLeast}${count} parameters, which take ${needs} bytes to train; ` +
      `here are ${has} at most, so make it smaller.`,
  );
}
