// The model to train on, with the weights of another, once it is clear that it fits.
import { type LanguageModel, requireBytes } from '@twilljs/hybrid';
import { countParams } from '@twilljs/nn';
import { type Device, OptionError } from '@twilljs/tensor';
import { requireMemory } from '@twilljs/train/node';
import { momentText, openModel } from '../model.ts';
import type { Source } from './source.ts';

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
  requireMemory(countParams(model), device.name);
  note(`begins with the weights of ${momentText(directory, moment)}\n`);
  return model;
}
