// The flags of `twill train`, and what the user gave by them.
import { type Reading, splits } from '@twilljs/data/node';
import { readRatio } from '@twilljs/hybrid';
import { OptionError } from '@twilljs/tensor';
import type { Init } from '@twilljs/train/node';
import { type Command, Option } from 'commander';
import { mixers } from 'twilljs';
import type { DeviceName } from '../command.ts';
import { assignments, option, type Read, shown } from '../flags.ts';
import { dtypeFlag } from '../model.ts';
import { markFlags, readingFlags, WHAT_DATA_TAKES } from '../texts/flags.ts';
import { tokenizerFlag } from '../tokenizer.ts';
import { type AdapterFlags, adapterFlags } from './adapter.ts';
import { type BagName, fieldFlags, kebab } from './field-flags.ts';
import { type GroupFlags, groupFlags, groupsOf } from './groups.ts';

/** What is asked of a table of fields, by the names that it has there. */
export type Bag = Readonly<Record<string, unknown>>;

/** All that the command line says, and nothing that it leaves out. */
export interface Asked extends AdapterFlags {
  /** Options of the task, fields of config.json, settings of the trainer. */
  readonly options: Bag;
  readonly model: Bag;
  readonly training: Bag;
  readonly data?: readonly string[];
  readonly evalData?: readonly string[];
  readonly split?: (typeof splits)[number];
  readonly tokenizer?: string;
  readonly format?: Reading['format'];
  readonly column?: string;
  readonly onBadLine?: Reading['onBadLine'];
  readonly bos?: string;
  readonly eos?: string;
  /** By name, or where a module with it lies. */
  readonly task?: string;
  readonly mixer?: string;
  /** As it was written: `pure`, `3:1`, `4`. */
  readonly ratio?: string;
  readonly measure?: readonly string[];
  readonly config?: string;
  readonly set?: readonly string[];
  readonly init?: string;
  readonly dtype?: Init['dtype'];
  readonly out?: string;
  readonly resume?: boolean;
  readonly recompute?: boolean;
  readonly evalEvery?: number;
  readonly checkpointEvery?: number;
  readonly seed?: number;
  readonly device?: DeviceName;
  readonly threads?: number;
}

const linear = mixers.filter(({ role }) => role === 'linear').map(({ name }) => name);

const ratio: Read<string> = (text) => {
  const every = text.includes(':') ? null : readRatio(text);
  if (text.includes(':') || every !== null) return text;
  throw new OptionError(
    `--ratio is "${shown(text)}" where 3:1 is needed, three linear layers to a full one, or 4, one full layer in 4, or pure; correct it.`,
  );
};

const headings = {
  options: 'What to learn:',
  model: 'The model:',
  training: 'How to train it:',
  run: 'The run:',
} as const;

const steps = { type: 'integer', max: 2 ** 31 } as const;

/** Adds the flags to a command. */
export function addTrainFlags(command: Command): Command {
  const add = (heading: keyof typeof headings, ...options: Option[]) => {
    for (const one of options) command.addOption(one.helpGroup(headings[heading]));
  };
  const addFields = (bag: BagName) => {
    for (const { flag, help, is, rule } of fieldFlags.filter((one) => one.bag === bag)) {
      const letter = is.type === 'integer' ? 'n' : is.type === 'number' ? 'x' : 'name';
      add(bag, option(`--${flag} <${letter}>`, rule ? `${help} (default: ${rule})` : help, is));
    }
  };
  add(
    'options',
    new Option('--corpus, --data <glob...>', `${WHAT_DATA_TAKES}; 0.7:a 0.3:b mixes texts`),
    ...readingFlags(),
    tokenizerFlag('that of --init, else bytes'),
    ...markFlags(),
    new Option('--eval-data <glob...>', 'other text to measure on, instead of what is held out'),
    option(
      '--split <how>',
      'how text is held out: documents (of ten files the last) or within (the last tenth of each) (default: within, where fewer than ten files hold text)',
      { type: 'string', oneOf: splits },
    ),
    option('--task <name>', 'or a task, by its name or by the path of a module with your own'),
    new Option('--task-option <field=value...>', 'any other option of the task; defaults stand below'),
    new Option('--measure <name...>', 'further measures, by name or the path of a module with one'),
  );
  addFields('options');
  add(
    'model',
    option(
      '--mixer <name>',
      `a linear mixer (${linear.join(', ')}) or attention, also by its model_type of FLA, or the path of a module with your own (default: gated-deltanet)`,
    ),
    option(
      '--ratio <n:1>',
      'linear layers to each full-attention layer, such as 3:1; or 4, one full layer in 4, which is the same; or pure (default: no full attention)',
      ratio,
    ),
    option('--config <file>', 'a config.json in the form of FLA; flags may add to it, not contradict it'),
    option(
      '--init <dir>',
      'begin with the weights of a run, of a model directory or of a model of the Hub (org/name), whose model it is (default: fresh weights)',
    ),
    dtypeFlag(),
    new Option('--set <field=value...>', 'any other field of config.json, such as allow_neg_eigval=true'),
  );
  addFields('model');
  addFields('training');
  add('training', ...groupFlags(), ...adapterFlags());
  add(
    'run',
    option('--out <dir>', 'the run directory'),
    new Option(
      '--recompute',
      'keep less for the gradient and compute it again: less memory, more time, the same bits; no part of the run',
    ),
    new Option('--resume', 'go on with the run in --out, beyond its end where --steps are more than before'),
    option(
      '--eval-every <n>',
      'steps from one measurement to the next; the checkpoint of the best one is kept (default: once, after the last step)',
      steps,
    ),
    option(
      '--checkpoint-every <n>',
      'steps from one checkpoint to the next (default: 10 below 1,000 steps, else 100)',
      steps,
    ),
  );
  return command;
}

/** What stands on the command line, defaults left out. */
export function askedOf(command: Command): Asked {
  const said = Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === 'cli');
  const bags: Record<BagName, Record<string, unknown>> = { options: {}, model: {}, training: {} };
  const rest: Record<string, unknown> = {};
  for (const [name, value] of said) {
    const known = fieldFlags.find(({ flag }) => flag === kebab(name));
    if (known) bags[known.bag][known.field] = value;
    else rest[name] = value;
  }
  const { taskOption, freeze, trainable, paramGroup, json: _, ...asked } = rest;
  const groups = groupsOf({ freeze, trainable, paramGroup } as GroupFlags);
  if (groups.length > 0) bags.training.groups = groups;
  assign(bags.options, '--task-option', taskOption as string[] | undefined);
  return { ...asked, ...bags } as Asked;
}

/** Adds `field=value` to a bag. @throws OptionError where a flag says otherwise. */
export function assign(bag: Record<string, unknown>, flag: string, texts: readonly string[] | undefined): void {
  for (const [field, value] of assignments(flag, texts)) {
    if (field in bag && bag[field] !== value) {
      throw new OptionError(
        `${flag} ${field}=${JSON.stringify(value)} contradicts the flag that says ${JSON.stringify(bag[field])}; give one of them.`,
      );
    }
    bag[field] = value;
  }
}
