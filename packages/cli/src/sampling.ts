// How the next token is chosen: the flags of whatever writes text.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonObject } from '@twilljs/hub';
import { readFile } from '@twilljs/hub/node';
import type { LanguageModel, SamplingOptions } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import { type Command, Option } from 'commander';
import { option } from './flags.ts';

/** As commander has them where they are given. */
export interface SamplingFlags {
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  /** Commander leaves out the `no`. */
  readonly repeatNgramSize?: number;
  readonly stop?: readonly string[];
}

const CHANCE = { type: 'number', min: 0, max: 1 } as const;

/** Adds the flags to a command. @param temperature where none is given. */
export function withSampling(command: Command, temperature: number): Command {
  const once = option('--no-repeat-ngram-size <n>', 'no n tokens in a row come twice', {
    type: 'integer',
    min: 1,
    max: 1e6,
  });
  once.negate = false; // commander takes it for the opposite of a flag without a value
  return command
    .addOption(
      option('--temperature <x>', '0 takes the most likely token each time', {
        type: 'number',
        min: 0,
        max: 100,
      }).default(temperature),
    )
    .addOption(option('--top-k <n>', 'only the n most likely tokens may come', { type: 'integer', min: 1 }))
    .addOption(option('--top-p <x>', 'only the most likely tokens that together have this probability', CHANCE))
    .addOption(option('--min-p <x>', 'only tokens with this share of the probability of the most likely one', CHANCE))
    .addOption(
      option('--repetition-penalty <x>', 'above 1: tokens that were there come less often', {
        type: 'number',
        min: 0.01,
        max: 100,
      }),
    )
    .addOption(once)
    .addOption(stopFlag());
}

/** Of the flags that are given. @throws OptionError for one that does nothing beside the others. */
export function samplingOf(flags: SamplingFlags): SamplingOptions {
  const { temperature, topK, topP, minP, repetitionPenalty, repeatNgramSize: noRepeatNgramSize } = flags;
  const cut = Object.entries({ '--top-k': topK, '--top-p': topP, '--min-p': minP }).find(
    ([, value]) => value !== undefined,
  );
  if (temperature === 0 && cut) {
    throw new OptionError(
      `${cut[0]} is ${cut[1]} but --temperature 0 takes the most likely token; give a --temperature above 0.`,
    );
  }
  const given = { temperature, topK, topP, minP, repetitionPenalty, noRepeatNgramSize };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const stopFlag = (): Option =>
  new Option(
    '--stop <text>',
    'a text that ends what is written and is no part of it, once or several times; \\n is a new line',
  ).argParser((text, before: readonly string[] = []) => {
    if (text === '') throw new OptionError('--stop is empty, which ends every text at once; give a text.');
    return [...before, text];
  });

const GENERATION = 'generation_config.json';

/**
 * What ends a text: by the flags, and by the ids that the model's own `generation_config.json` names; one that the model does not have,
 * such as -1 for none, never comes.
 */
export function stopsOf(
  flags: readonly string[] = [],
  directory: string,
  { config }: Pick<LanguageModel, 'config'>,
): (string | number)[] {
  const { vocab_size } = config.model;
  const path = join(directory, GENERATION);
  const { eos_token_id = [] } = existsSync(path) ? parseJsonObject(new TextDecoder().decode(readFile(path)), path) : {};
  const ids = [eos_token_id].flat().filter((id): id is number => typeof id === 'number' && id >= 0 && id < vocab_size);
  return [...flags.map((text) => text.replaceAll('\\n', '\n')), ...ids];
}
