// A model and its training as a job of flame: what it takes to train it on a cluster as it would be trained here.
import { compose } from '@twilljs/hybrid';
import { type Given, type MixerFamily, params, readOptions, shapesOnly } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { serializeConfig } from '../config.ts';
import { type FlameData, flagsOff, flameArguments } from './arguments.ts';
import { flaConfig } from './config.ts';
import { cardFields, flameSteps, trainingFields } from './plan.ts';
import { runScript } from './run-script.ts';
import { LEFT_TO_CHANCE, startScript } from './start-script.ts';

/** What the layout of these files, and of arguments and checkpoints, is that of. */
export const FLAME = { torchtitan: '0b44d4c' } as const;

/** Layout of manifest.json. */
const VERSION = 1;

/** A job. */
export interface FlameJobOptions {
  /** Of its configuration's file: letters, digits and `_.-`. */
  readonly name: string;
  /** Of the model, in any form that `hybrid` takes; its vocab_size and special ids are those of the tokenizer. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly mixers: readonly MixerFamily[];
  readonly training: Given<typeof trainingFields>;
  readonly data: FlameData;
  /** Of a node at most, and nodes. Default: 8 of one. */
  readonly cards?: Given<typeof cardFields>;
  /** A model of the Hub; or texts of its files by name, which become part of the job. */
  readonly tokenizer: string | Readonly<Record<string, string>>;
}

/** `manifest.json` of a job: what its result has to be. */
export interface FlameManifest {
  readonly version: typeof VERSION;
  readonly name: string;
  /** Path of the configuration, seen from the job. */
  readonly config: string;
  readonly flame: typeof FLAME;
  readonly parameters: number;
  /** Of a step, and of the whole training. */
  readonly tokensPerStep: number;
  readonly steps: number;
  readonly tokens: number;
  readonly cards: number;
  /** Shapes of all weights, by FLA's names. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

/** Files of a job. */
export interface FlameJob {
  readonly manifest: FlameManifest;
  /** Texts by path, `run.sh` among them. */
  readonly files: ReadonlyMap<string, string>;
}

const names = {
  ...{ name: true, config: true, mixers: true, training: true, data: true, cards: true, tokenizer: true },
} satisfies Record<keyof FlameJobOptions, true>;

/**
 * A job for flame, `NNODE=.. NGPU=.. bash train.sh`, with every argument written out. Its result lies in `dump/` as FLA writes models.
 *
 * @throws OptionError for a model that FLA does not have, a name that train.sh cannot read, and steps that cannot be divided among nodes.
 * @see https://github.com/fla-org/flame
 */
export function flameJob(options: FlameJobOptions): FlameJob {
  knownOnly('flameJob', options, Object.keys(names));
  const { name, data, tokenizer, mixers } = options;
  const training = readOptions(trainingFields, options.training, 'flameJob: training');
  const cards = readOptions(cardFields, options.cards ?? {}, 'flameJob: cards');
  knownOnly('flameJob: data', data, ['dataset', 'name', 'split']);
  plain('name', name, /^[\w.-]+$/);
  for (const [field, value] of Object.entries(data)) plain(field, value, /^[\w./@:,+~-]+$/);
  if (typeof tokenizer === 'string') plain('tokenizer', tokenizer, /^[\w./@:+~-]+$/);
  const config = flaConfig(options.config, mixers, training.apart);
  const steps = flameSteps(training, cards);
  const tensors = Object.fromEntries(
    [...params(compose(config, { mixers, init: shapesOnly() }))].map(([key, { shape }]) => [key, [...shape]]),
  );
  const path = `configs/${name}.json`;
  const manifest: FlameManifest = {
    ...{ version: VERSION, name, config: path, flame: FLAME },
    parameters: Object.values(tensors).reduce((sum, shape) => sum + shape.reduce((n, d) => n * d, 1), 0),
    ...{ tokensPerStep: steps.tokens, steps: training.steps, tokens: training.steps * steps.tokens },
    ...{ cards: steps.gpus * steps.nodes, tensors },
  };
  const isOwn = typeof tokenizer !== 'string';
  const starts = Object.keys(tensors).some((key) => LEFT_TO_CHANCE.test(key));
  const all = flameArguments(training, steps, data, {
    ...{ dump: '"$here/dump"', config: `"$here/${path}"` },
    tokenizer: isOwn ? '"$here/tokenizer"' : tokenizer,
  });
  const from = isOwn ? 'here / "tokenizer"' : JSON.stringify(tokenizer);
  return {
    manifest,
    files: new Map([
      [path, serializeConfig(config)],
      ['manifest.json', `${JSON.stringify(manifest, null, 1)}\n`],
      ['run.sh', runScript({ name, steps, arguments: all, off: flagsOff(training), starts })],
      ...(starts ? [['start.py', startScript(name, from, training.seed)] as const] : []),
      ...(isOwn ? Object.entries(tokenizer).map(([file, text]) => [`tokenizer/${file}`, text] as const) : []),
    ]),
  };
}

/** Of what stands in a line of a shell, and is taken apart by train.sh. */
function plain(what: string, value: string, form: RegExp): void {
  if (form.test(value)) return;
  throw new OptionError(
    `flame: ${what} is ${shown(value)}, of which train.sh would read only a part; use letters, digits and ${what === 'name' ? '_.-' : '_./@:,+~-'}.`,
  );
}
