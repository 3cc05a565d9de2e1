// The model to train: with fresh weights, as it was recorded, or with the weights of another.
import type { AdapterConfig } from '@twilljs/adapters';
import { requireReadout, withReadout } from '@twilljs/eval';
import { type LanguageModel, requireIds } from '@twilljs/hybrid';
import { countParams } from '@twilljs/nn';
import { familiesOf, type Known } from '@twilljs/sweep';
import { type Device, OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { type ParameterGroup, trainedOf } from '@twilljs/train';
import { freshModel, type RunRecord, requireTrainingMemory } from '@twilljs/train/node';
import type { Context } from '../command.ts';
import { momentText, openModel } from '../model.ts';
import type { OpenedData } from './data.ts';
import { flagOf } from './field-flags.ts';
import type { Asked } from './flags.ts';
import { modelConfig, resumedConfig } from './model-config.ts';
import { recordIn } from './resume.ts';

export interface Making {
  readonly known: Known;
  readonly data: OpenedData;
  /** Of the text. */
  readonly tokenizer: Tokenizer;
  readonly device: Device;
  /** What is trained beside the model. */
  readonly adapter: AdapterConfig | null;
  /** Of the run that goes on, and its path. */
  readonly record: RunRecord | null;
  readonly path: string;
  readonly note: Context['note'];
}

/** @throws OptionError when flags, record, weights and data contradict each other, or the model does not fit into memory. */
export async function modelToTrain(asked: Asked, making: Making): Promise<LanguageModel> {
  const { known, data, tokenizer, device, record, path } = making;
  const first = modelFlagOf(asked);
  if (asked.init !== undefined && first !== null) {
    throw new OptionError(`${first} says what the model is, and so does --init ${asked.init}; leave one of them out.`);
  }
  if (asked.init !== undefined) return initialModel(asked.init, asked, making);
  if (asked.dtype !== undefined) {
    throw new OptionError(
      `--dtype ${asked.dtype} says how the weights of --init are kept, but there is none; add it, or leave this out.`,
    );
  }
  const config =
    record === null
      ? withReadout(
          modelConfig(asked, { vocab: data.vocab, tokenizer: data.family.readsText ? tokenizer : null }, known),
          data.family,
        )
      : first === null
        ? record.model
        : resumedConfig(asked, record.model, path, known);
  const model = freshModel(config, familiesOf(known), asked.seed ?? 0, device.name, groupsIn(asked, record));
  await model.to(device);
  return model;
}

/** Those of a run that goes on, where none are given again. */
export const groupsIn = ({ training }: Asked, record: RunRecord | null) =>
  (training.groups as readonly ParameterGroup[] | undefined) ?? record?.training.groups ?? [];

/** The first flag that says what the model is. */
function modelFlagOf({ mixer, ratio, config, set, model }: Asked): string | null {
  const flags = { '--mixer': mixer, '--ratio': ratio, '--config': config, '--set': set };
  const alone = Object.entries(flags).find(([, value]) => value !== undefined)?.[0];
  const [field] = Object.keys(model);
  return alone ?? (field === undefined ? null : flagOf('model', field));
}

/** The model of a directory, to train on from its weights. */
async function initialModel(
  directory: string,
  asked: Asked,
  { known, data, tokenizer, device, adapter, record, note }: Making,
): Promise<LanguageModel> {
  if (recordIn(directory)?.adapter) {
    throw new OptionError(
      `--init ${directory} is the run of an adapter; go on with it by --resume, or make a model of it first: twill hub convert ${directory} OUT.`,
    );
  }
  const { model, moment } = await openModel(directory, device, { note, known, dtype: asked.dtype });
  const { vocab_size } = model.config.model;
  if (data.family.readsText) requireIds(asked.tokenizer ?? directory, model, tokenizer);
  else if (vocab_size < data.vocab) {
    throw new OptionError(
      `--init ${directory}: its vocabulary is ${vocab_size} but the data have ${data.vocab} ids; choose another model or task.`,
    );
  }
  requireReadout(model, data.family);
  const trained = adapter ? 0 : trainedOf(model, groupsIn(asked, record));
  requireTrainingMemory(countParams(model), device.name, trained, '', model.report().bytes);
  note(`begins with the weights of ${momentText(directory, moment)}\n`);
  return model;
}
