// What a resumed run takes from its record: every flag that is not given again. What is given must not contradict it.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recordedSplit, STANDARD_INPUT } from '@twilljs/data/node';
import { FileError, OptionError } from '@twilljs/tensor';
import { type Origin, type RunRecord, readRunRecord } from '@twilljs/train/node';
import type { Command } from 'commander';
import type { DeviceName } from '../command.ts';
import { trainFlags } from './flag-table.ts';
import { type FlagName, type Given, kebab } from './flags.ts';

/** All that the command line says, or said when the run began. */
export interface Asked {
  readonly given: Given;
  readonly seed: number | undefined;
  readonly device: DeviceName | undefined;
}

/** What stands on the command line, defaults left out. */
export function askedOf(command: Command): Asked {
  const said = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  const { seed, device, json: _, ...given } = Object.fromEntries(said);
  return { given, seed, device };
}

/** Of a directory, null where it holds no run. @throws FileError when the record is damaged. */
export function recordIn(directory: string): RunRecord | null {
  return existsSync(join(directory, 'run.json')) ? readRunRecord(directory) : null;
}

/**
 * Fills in from the record what is not asked for now. The model is no part of it: its configuration is `record.model`.
 *
 * @param path of the record, for messages.
 * @throws OptionError when a flag is not what it was.
 */
export function withRecord(asked: Asked, record: RunRecord, path: string): Asked {
  const before = givenOf(record);
  const { given, seed = record.seed, device = record.origin.device ?? undefined } = asked;
  const refuse = (flag: string, is: unknown, was: unknown) => {
    throw new OptionError(`--${flag} is ${is} but ${was} in ${path}; leave it out, or choose another --out.`);
  };
  for (const name of Object.keys(trainFlags) as FlagName[]) {
    const { concern } = trainFlags[name];
    // More steps are a longer plan, which the run itself looks at.
    if ((concern !== 'data' && concern !== 'training') || name === 'steps') continue;
    const [was, is] = [before[name], given[name]];
    if (was !== undefined && is !== undefined && was !== is) refuse(kebab(name), is, was);
  }
  if (given.init !== undefined && !record.init) {
    throw new OptionError(
      `--init is ${given.init} but the run in ${path} began with fresh weights; leave it out, or choose another --out.`,
    );
  }
  if (seed !== record.seed) refuse('seed', seed, record.seed);
  return { given: { ...before, ...given }, seed, device: device as DeviceName | undefined };
}

/** A record as flags. */
function givenOf({ training, data, origin, every, init }: RunRecord): Given {
  const { maxNorm: clip, lr, warmup, decay, minRatio, weightDecay, decayed, microBatches, steps } = training;
  const { kind, length, pairs, vocab: vocabSize, batch } = data;
  const isText = kind === 'text';
  const known = {
    ...{ steps, lr, warmup, decay, minRatio, weightDecay, decayed, clip, microBatches },
    ...{ length, pairs, vocabSize, batch, init: init?.directory },
    ...(isText ? { data: origin.text, split: recordedSplit(data) } : { task: kind }),
    evalData: origin.evaluation.length > 0 ? origin.evaluation : undefined,
    evalEvery: every.validation ?? undefined,
    checkpointEvery: every.checkpoint ?? undefined,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Given;
}

/** Where what a run is made from lies, from any directory. */
export function originOf({ given, device }: Asked, modules: readonly string[]): Origin {
  const { data = [], evalData = [] } = given;
  return {
    text: data.map(wholePath),
    evaluation: evalData.map(wholePath),
    modules: modules.map(wholePath),
    device: device ?? null,
  };
}

/**
 * What a run reads, by the paths that its record has: they hold where the run began.
 *
 * @throws FileError that says so, where a path does not.
 */
export async function whereItBegan<T>(directory: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const why = error.message.replace(/^data: |\.$/g, '');
    throw new FileError(`${join(directory, 'run.json')} names the text: ${why}, or say by --data where it is now.`);
  }
}

const wholePath = (path: string): string => (path === STANDARD_INPUT ? path : resolve(path));
