// A model with an adapter in its weights, for `twill hub convert`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesOfModel, modelFromFiles } from '@twilljs/hub';
import { readModelDirectory, readTokenizerFiles } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { familiesOf } from '@twilljs/sweep';
import { cpu, OptionError } from '@twilljs/tensor';
import { known } from 'twilljs';
import type { Context } from '../command.ts';
import { momentText, openModel } from '../model.ts';
import type { Conversion } from './convert.ts';

export interface Merged {
  readonly model: LanguageModel;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The model of a directory, of which the adapter of its run and the one that is asked for have become a part. Sums are formed in f32.
 *
 * @throws OptionError for what is learned beside weights; FileError for an adapter of another model.
 */
export async function merged(
  directory: string,
  { adapter, dtype }: Pick<Conversion, 'adapter' | 'dtype'>,
  { terminal, note }: Context,
): Promise<Merged> {
  const opened = await openModel(directory, cpu(), { terminal, note, adapter, dtype: 'f32' });
  const { adapters, moment } = opened;
  if (adapters.some(({ config }) => config.peft_type === 'STATE')) {
    const model = adapter === undefined ? directory : `${directory} --adapter ${adapter}`;
    throw new OptionError(
      `${adapter ?? directory} learns in what state sequences begin, which is no weight and cannot become part of one; it goes on beside the model, such as by twill generate ${model}.`,
    );
  }
  for (const one of adapters) await one.merge();
  const kept =
    dtype === 'bf16' ? 'and rounded to bf16 after that' : 'and written so; --dtype bf16 takes half the bytes';
  note(`note: ${adapter ?? momentText(directory, moment)}: the adapter is merged into the weights, in f32, ${kept}\n`);
  const files = await filesBeside(directory);
  if (dtype !== 'bf16') return { model: opened.model, files };
  const narrow = await modelFromFiles(
    await filesOfModel(opened.model),
    { mixers: familiesOf(known), device: cpu(), dtype },
    directory,
  );
  return { model: narrow.model, files };
}

/** What belongs to the model: of a run, its tokenizer. */
async function filesBeside(directory: string): Promise<ReadonlyMap<string, Uint8Array>> {
  if (existsSync(join(directory, 'config.json'))) return (await readModelDirectory(directory)).files ?? new Map();
  const texts = Object.entries(readTokenizerFiles(directory) ?? {});
  return new Map(texts.map(([name, text]) => [name, new TextEncoder().encode(text)]));
}
