// The flags of `twill train` on a command, and what the user gave.
import { OptionError } from '@twilljs/tensor';
import { type Command, Option } from 'commander';
import { once, type Read, shown, someText } from '../flags.ts';
import { type Concern, type FlagOf, trainFlags } from './flag-table.ts';

export type FlagName = keyof typeof trainFlags;

/** What the user gave: only flags that stand on the command line. */
export type Given = { -readonly [K in FlagName]?: ReturnType<(typeof trainFlags)[K]['read']> } & {
  data?: string[];
  evalData?: string[];
  out?: string;
  set?: string[];
  resume?: boolean;
};

/** Where the help lists a flag of each concern, in this order. */
const headings: Readonly<Record<Concern, string>> = {
  data: 'What to learn:',
  model: 'The model:',
  file: 'The model:',
  init: 'The model:',
  training: 'How to train it:',
  run: 'The run:',
};

/** Adds the flags to a command. */
export function addTrainFlags(command: Command): Command {
  const add = (option: Option, concern: Concern) => command.addOption(option.helpGroup(headings[concern]));
  add(new Option('--corpus, --data <glob...>', 'text: files, or patterns with * and **'), 'data');
  add(new Option('--eval-data <glob...>', 'other text to measure on, instead of what is held out'), 'data');
  add(new Option('--out <dir>', 'the run directory').argParser(once('--out', someText('--out'))), 'run');
  for (const [name, entry] of Object.entries(trainFlags)) {
    const { flag, help, concern, read, choices, rule }: FlagOf<unknown> = entry;
    const text = rule ? `${help} (default: ${rule})` : help;
    const option = new Option(flag, text).argParser(
      once(`--${kebab(name)}`, checkedChoice(`--${kebab(name)}`, choices, read)),
    );
    add(option, concern);
  }
  add(new Option('--set <field=value...>', 'any other field of config.json, such as allow_neg_eigval=true'), 'model');
  return add(
    new Option('--resume', 'go on with the run in --out, beyond its end where --steps are more than before'),
    'run',
  );
}

function checkedChoice<T>(flag: string, choices: readonly string[] | undefined, read: Read<T>): Read<T> {
  if (!choices) return read;
  return (text) => {
    if (choices.includes(text)) return read(text);
    throw new OptionError(`${flag} is "${shown(text)}" where ${choices.join(', ')} is needed; choose one.`);
  };
}

/** `hiddenSize` -> `hidden-size`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Whether `--mixer` names a module of the user's instead of a mixer of this version. */
export const isModule = (mixer: string): boolean => /[\\/]|\.m?[jt]s$/.test(mixer);
