// The model to train, with fresh weights, once it is clear that it fits.
import { totalmem } from 'node:os';
import { compose, hybridConfig, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer, leastParameters, type MixerFamily, shapesOnly } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { type ParameterGroup, trainedOf } from './groups.ts';

/** Of a parameter, and of the gradient and two moments of one that is trained. */
const BYTES = { parameter: 4, trained: 12 };
/** What a 32-bit memory addresses. */
const WASM_BYTES = 2 ** 32;

/**
 * A model with weights drawn from a seed.
 *
 * @param config whose names are checked, or of the record of a run.
 * @param mixers the families that it may name.
 * @param device name of that on which it will be trained.
 * @param groups that say what is trained.
 * @throws OptionError when the configuration cannot be, or the model does not fit into memory.
 */
export function freshModel(
  config: Readonly<Record<string, unknown>>,
  mixers: readonly MixerFamily[],
  seed: number,
  device: string,
  groups: readonly ParameterGroup[] = [],
): LanguageModel {
  // What any mixers would need is known without a plan, which of many thousands of layers takes a second.
  const least = leastParameters(hybridConfig(config, mixers).model);
  requireTrainingMemory(least, device, groups.length > 0 ? 0 : least, 'at least ');
  const planned = compose(config, { mixers, init: shapesOnly() });
  requireTrainingMemory(countParams(planned), device, trainedOf(planned, groups));
  return compose(config, { mixers, init: initializer(seed, planned.config.model.initializer_range) });
}

/**
 * @param weights bytes that they take. Default: 4 each.
 * @throws OptionError when there is no room for the weights, and gradient and moments of those that are trained.
 */
export function requireTrainingMemory(
  parameters: number,
  device: string,
  trained: number,
  atLeast = '',
  weights = parameters * BYTES.parameter,
): void {
  const bytes = weights + trained * BYTES.trained;
  // A card's memory is its own; it says what it has not when it is asked for it.
  if (device === 'webgpu') return;
  const limit = device === 'cpu' || device === 'gpujs' ? totalmem() : Math.min(WASM_BYTES, totalmem());
  if (bytes <= limit) return;
  const [count, needs, has] = [parameters, bytes, limit].map((n) => Math.round(n).toLocaleString('en-US'));
  throw new OptionError(
    `train: the model has ${atLeast}${count} parameters, which take ${needs} bytes to train; ` +
      `here are ${has} at most, so make it smaller.`,
  );
}
