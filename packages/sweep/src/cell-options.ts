// What a cell trains with, on, and which model: what its grid says, and what its settings change and what follows from that.
import { type TaskSettings, taskSettings } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import { type MixerFamily, modelFields, requireDivides } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { type TrainOptions, trainFields, trainOptions } from '@twilljs/train';
import { type AxisTables, combinations, type Settings, sorted } from './axes.ts';
import type { Json } from './checks.ts';
import { askedBy, type Known, mixerNamed } from './known.ts';
import { configOf, type ModelSize, softmaxOf } from './sizes.ts';
import type { SweepGrid } from './spec.ts';

/** Every default written out. */
export interface CellOptions {
  readonly settings: Settings;
  readonly training: TrainOptions;
  readonly data: TaskSettings;
}

type Parts = Pick<SweepGrid, 'task' | 'mixers' | 'training' | 'data' | 'over'>;

/** What an axis of a grid may name. A softmax layer may stand among those of any mixer, whose own fields come first. */
export function tablesOf({ task, mixers }: Pick<Parts, 'task' | 'mixers'>, known: Known): AxisTables {
  const families = mixers.map((mixer) => mixerNamed(known, mixer, 'sweep'));
  const model = [...softmaxOf(known), ...families].map(({ fields }) => fields);
  const { fields } = askedBy({ task }, known, 'sweep').family;
  return { training: trainFields, model: Object.assign({}, ...model, modelFields), task: fields };
}

/** Those of every combination of a grid's axes. @throws OptionError when one cannot be. */
export function cellOptionsOf(grid: Parts, known: Known, where: string): CellOptions[] {
  const tables = tablesOf(grid, known);
  const { family } = askedBy({ task: grid.task }, known, where);
  return combinations(grid.over).map((settings) => {
    const own = sorted(settings, tables);
    const training = trainOptions({ ...grid.training, ...own.training } as TrainOptions, `${where}.training`);
    const data = taskSettings(family, { ...grid.data, ...own.task } as never, `${where}.data`);
    if (data.batch % training.microBatches === 0) return { settings, training, data };
    throw new OptionError(
      `${where}: microBatches is ${training.microBatches}, which does not divide a batch of ${data.batch}; choose a divisor of it.`,
    );
  });
}

export interface ModelPlace {
  readonly size: ModelSize;
  readonly family: MixerFamily;
  readonly ratio: Ratio;
}

/**
 * The configuration of a size, with some of its fields set. What the size has in proportion to width and heads follows them: the
 * width of the MLP, and fields that make the heads share the width evenly.
 *
 * @param set fields by name, each wherever the model has it: in the mixer, and in softmax layers among linear ones.
 * @throws OptionError for a field that this model does not have.
 */
export function configWith({ size, family, ratio }: ModelPlace, set: Settings, known: Known): Json {
  const base = configOf(size, family.name, ratio);
  const config: Record<string, unknown> = { ...base };
  const attn: Record<string, unknown> = { ...size.attn };
  // Of one name and two types, such as qk_norm, the mixer's own is meant.
  const inFull = (name: string) =>
    ratio !== 'pure' &&
    softmaxOf(known).some(
      ({ fields }) => Object.hasOwn(fields, name) && fields[name].type === (family.fields[name] ?? fields[name]).type,
    );
  for (const [name, value] of Object.entries(set)) {
    const isOfModel = Object.hasOwn(modelFields, name);
    const isOwn = isOfModel || Object.hasOwn(family.fields, name);
    const isInFull = !isOfModel && inFull(name);
    if (!isOwn && !isInFull) {
      throw new OptionError(`${name} is a field of neither ${family.name} nor its full layers; leave one of them out.`);
    }
    if (isOwn) config[name] = value;
    if (isInFull) attn[name] = value;
  }
  if (ratio !== 'pure') config.attn = attn;
  return { ...config, ...followers({ base, config, attn, size, family }, set) };
}

interface Changed {
  readonly base: Json;
  readonly config: Json;
  readonly attn: Json;
  readonly size: ModelSize;
  readonly family: MixerFamily;
}

function followers({ base, config, attn, size, family }: Changed, set: Settings): Json {
  const [was, is] = [base, config].map(({ hidden_size }) => hidden_size as number | undefined);
  const [before, now] = [
    (base.num_heads ?? size.attn.num_heads) as number | undefined,
    (config.num_heads ?? attn.num_heads) as number | undefined,
  ];
  if (was === undefined || is === undefined) return {};
  const { intermediate_size: mlp } = base;
  const follows: Record<string, unknown> = {};
  if (typeof mlp === 'number' && is !== was) follows.intermediate_size = Math.round((mlp * is) / was);
  if (family.evenHeads && before !== undefined && now !== undefined && (is !== was || now !== before)) {
    requireDivides('sweep', 'num_heads', now, 'hidden_size', is);
    const [even, then] = [family.evenHeads(is, now), family.evenHeads(was, before)];
    for (const name of Object.keys(even)) if (base[name] === then[name]) follows[name] = even[name];
  }
  return Object.fromEntries(Object.entries(follows).filter(([name]) => !Object.hasOwn(set, name)));
}
