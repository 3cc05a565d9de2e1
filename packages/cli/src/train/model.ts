// The model to train, with fresh weights, once it is clear that it fits.
import { totalmem } from 'node:os';
import { compose, hybridConfig, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer, leastParameters, shapesOnly } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import type { DeviceName } from '../command.ts';
import { grouped } from '../draw/numbers.ts';

/** Weights, gradient and two moments, 4 bytes each. */
const BYTES_PER_PARAMETER = 16;
/** What a 32-bit memory addresses. */
const WASM_BYTES = 2 ** 32;

/**
 * A model with weights drawn from a seed.
 *
 * @param config of flags, whose names are checked, or of the record of a run.
 * @param device where it will be trained.
 * @throws OptionError when the configuration cannot be, or the model does not fit into memory.
 */
export function freshModel(config: Readonly<Record<string, unknown>>, seed: number, device: DeviceName): LanguageModel {
  // What any mixers would need is known without a plan, which of many thousands of layers takes a second.
  refuseTooLarge(leastParameters(hybridConfig(config, mixers).model), device, 'at least ');
  const planned = compose(config, { mixers, init: shapesOnly() });
  refuseTooLarge(countParams(planned), device);
  return compose(config, { mixers, init: initializer(seed, planned.config.model.initializer_range) });
}

function refuseTooLarge(parameters: number, device: DeviceName, atLeast = ''): void {
  const bytes = parameters * BYTES_PER_PARAMETER;
  const limit = device === 'cpu' ? totalmem() : Math.min(WASM_BYTES, totalmem());
  if (bytes <= limit) return;
  throw new OptionError(
    `train: the model has ${atLeast}${grouped(parameters)} parameters, which take ${grouped(bytes)} bytes to train; ` +
      `here are ${grouped(limit)} at most, so make it smaller.`,
  );
}
