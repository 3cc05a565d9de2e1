// The model to train, with fresh weights or those of another, once it is clear that it fits.

import { totalmem } from 'node:os';
import { compose, hybridConfig, type LanguageModel, requireBytes } from '@twilljs/hybrid';
import { countParams, initializer, leastParameters, type MixerFamily, shapesOnly } from '@twilljs/nn';
import { grouped } from '@twilljs/report';
import { type Device, OptionError } from '@twilljs/tensor';
import type { DeviceName } from '../command.ts';
import { momentText, openModel } from '../model.ts';
import type { Source } from './source.ts';

/** Weights, gradient and two moments, 4 bytes each. */
const BYTES_PER_PARAMETER = 16;
/** What a 32-bit memory addresses. */
const WASM_BYTES = 2 ** 32;

/**
 * A model with weights drawn from a seed.
 *
 * @param config of flags, whose names are checked, or of the record of a run.
 * @param mixers the families that it may name.
 * @param device where it will be trained.
 * @throws OptionError when the configuration cannot be, or the model does not fit into memory.
 */
export function freshModel(
  config: Readonly<Record<string, unknown>>,
  mixers: readonly MixerFamily[],
  seed: number,
  device: DeviceName,
): LanguageModel {
  // What any mixers would need is known without a plan, which of many thousands of layers takes a second.
  refuseTooLarge(leastParameters(hybridConfig(config, mixers).model), device, 'at least ');
  const planned = compose(config, { mixers, init: shapesOnly() });
  refuseTooLarge(countParams(planned), device);
  return compose(config, { mixers, init: initializer(seed, planned.config.model.initializer_range) });
}

/**
 * The model of a directory, to train on from its weights.
 *
 * @param given flags that say what the model is; beside `--init` there may be none.
 * @param source what it will be trained on.
 * @throws OptionError when it does not go with the flags or the source, or does not fit into memory.
 */
export async function initialModel(
  directory: string,
  given: readonly string[],
  source: Pick<Source, 'vocab' | 'data'>,
  device: Device,
  note: (text: string) => void,
): Promise<LanguageModel> {
  if (given.length > 0) {
    throw new OptionError(
      `${given[0]} says what the model is, and so does --init ${directory}; leave one of them out.`,
    );
  }
  const { model, moment } = await openModel(directory, device, { note });
  const { vocab_size } = model.config.model;
  if (source.data.kind === 'text') requireBytes(directory, model);
  else if (vocab_size < source.vocab) {
    throw new OptionError(
      `--init ${directory}: its vocabulary is ${vocab_size} but the data have ${source.vocab} ids; choose another model or task.`,
    );
  }
  refuseTooLarge(countParams(model), device.name);
  note(`begins with the weights of ${momentText(directory, moment)}\n`);
  return model;
}

/** @throws OptionError when there is no room for the weights, their gradient and moments. */
function refuseTooLarge(parameters: number, device: string, atLeast = ''): void {
  const bytes = parameters * BYTES_PER_PARAMETER;
  const limit = device === 'cpu' ? totalmem() : Math.min(WASM_BYTES, totalmem());
  if (bytes <= limit) return;
  throw new OptionError(
    `train: the model has ${atLeast}${grouped(parameters)} parameters, which take ${grouped(bytes)} bytes to train; ` +
      `here are ${grouped(limit)} at most, so make it smaller.`,
  );
}
