// Models from directories, on a device: of any model, or of a run at any of its moments.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter } from '@twilljs/adapters';
import { loadAdapter } from '@twilljs/adapters/node';
import type { LoadOptions } from '@twilljs/hub';
import { load } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { familiesOf, type Known } from '@twilljs/sweep';
import { type Device, OptionError } from '@twilljs/tensor';
import { loadRun, readRunRecord } from '@twilljs/train/node';
import type { Option } from 'commander';
import { known as standard } from 'twilljs';
import { requireModel } from './directories.ts';
import { Interrupted } from './failure.ts';
import { option, readAs, shown } from './flags.ts';
import { loadingBar } from './hub/loading-bar.ts';
import { knownHere } from './known.ts';
import type { Terminal } from './terminal.ts';

const ADAPTER = 'adapter';
const CONFIG = 'adapter_config.json';

export type CheckpointName = 'last' | 'best' | number;

/** Which weights of a run. */
export function checkpointFlag(): Option {
  const step = readAs('--checkpoint', { type: 'integer', min: 0, max: 2 ** 31 });
  const help = 'weights of a run: last, best (by --eval-every of train) or of a step (default: last)';
  return option('--checkpoint <which>', help, (text) => {
    if (text === 'last' || text === 'best') return text;
    if (/^\d/.test(text)) return step(text);
    throw new OptionError(`--checkpoint is "${shown(text)}" where last, best or a step is needed; correct it.`);
  });
}

/** How matrices of a model are kept. */
export function dtypeFlag(): Option {
  const help =
    'matrices in memory: bf16 takes half the bytes and is rounded, file keeps the bf16 of the file (default: f32)';
  return option('--dtype <type>', help, { type: 'string', oneOf: ['f32', 'bf16', 'file'] });
}

/** What was learned beside a model. @param what is done with it, in words. */
export function adapterFlag(what = ''): Option {
  return option(
    '--adapter <dir>',
    `${what}what PEFT or twill train has learned beside the model (an adapter), or org/name`,
  );
}

/** As commander has the flags that say which model, and how it is kept. */
export interface ModelFlags {
  readonly checkpoint: CheckpointName | undefined;
  readonly dtype: LoadOptions['dtype'];
  readonly adapter: string | undefined;
  readonly tokenizer: string | undefined;
}

export interface OpenOptions {
  /** Shows how far loading is, where that takes more than a moment, and stops it. */
  readonly terminal?: Terminal;
  /** Told of what was ignored or rearranged in the files. */
  note?(text: string): void;
  readonly checkpoint?: CheckpointName | undefined;
  readonly dtype?: LoadOptions['dtype'] | undefined;
  /** A directory of PEFT, or of a run, or a name on the Hub. */
  readonly adapter?: string | undefined;
  /** Default: what twilljs knows, and the modules of the run that are still there; a model needs its mixer, not its task. */
  readonly known?: Known;
}

/** When in its run a model had these weights. */
export interface Moment {
  readonly step: number;
  /** Of the plan. */
  readonly steps: number;
  /** Of the run, now. */
  readonly status: string;
}

/**
 * The model of a directory.
 *
 * @returns and when in its run that is; null where it is no run. And the adapters that are in it: that of its run, that of `adapter`.
 * @throws FileError or OptionError when the directory holds no model of this version, or no such checkpoint.
 */
export async function openModel(path: string, device: Device, options: OpenOptions = {}): Promise<OpenedModel> {
  const { note = () => {}, terminal, adapter } = options;
  const opened = await openAlone(path, device, options);
  if (adapter === undefined) return opened;
  const loaded = await loadAdapter(opened.model, adapterIn(adapter), { ...(terminal && { signal: terminal.signal }) });
  for (const text of loaded.notes) note(`${text}\n`);
  return { ...opened, adapters: [...opened.adapters, loaded.adapter] };
}

export interface OpenedModel {
  readonly model: LanguageModel;
  readonly moment: Moment | null;
  readonly adapters: readonly Adapter[];
}

/** A run has its adapter in a folder. */
const adapterIn = (path: string): string => (existsSync(join(path, ADAPTER, CONFIG)) ? join(path, ADAPTER) : path);

/** The model as its directory has it. */
async function openAlone(
  path: string,
  device: Device,
  { note = () => {}, terminal, checkpoint, dtype, known }: OpenOptions,
): Promise<OpenedModel> {
  const bar = terminal ? loadingBar(terminal) : { update() {}, end() {} };
  const how = {
    ...{ device, onProgress: bar.update },
    ...(dtype && { dtype }),
    ...(terminal && { signal: terminal.signal }),
  };
  const loaded = <T>(loading: Promise<T>): Promise<T> =>
    loading
      .catch((error) => {
        if (!terminal?.signal.aborted) throw error;
        throw new Interrupted(`${path}: stopped while it was loaded.`);
      })
      .finally(bar.end);
  if (existsSync(join(path, 'run.json'))) {
    const here = known ?? (await knownHere(readRunRecord(path).origin.modules.filter((at) => existsSync(at))));
    const run = await loaded(
      loadRun(path, { mixers: familiesOf(here), ...how, ...(checkpoint !== undefined && { checkpoint }) }),
    );
    for (const text of run.notes) note(`${text}\n`);
    const { model, adapter, step, steps, status } = run;
    return { model, moment: { step, steps, status }, adapters: adapter ? [adapter] : [] };
  }
  requireModel(path);
  if (checkpoint !== undefined) {
    throw new OptionError(
      `--checkpoint ${shown(String(checkpoint))} names a moment of a run but ${path} has no run.json; leave it out.`,
    );
  }
  const { model, notes } = await loaded(load(path, { mixers: familiesOf(standard), ...how }));
  for (const text of notes) note(`${text}\n`);
  return { model, moment: null, adapters: [] };
}

/** `runs/book, step 120 of 500, interrupted`; of a model that is no run, its directory alone. */
export function momentText(path: string, moment: Moment | null): string {
  return moment ? `${path}, step ${moment.step} of ${moment.steps}, ${moment.status}` : path;
}
