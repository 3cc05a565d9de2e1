// A size of models as a value: what every mixer has in common at it, and what each has of its own.
import type { TaskFamily } from '@twilljs/eval';
import type { Convention, Ratio } from '@twilljs/hybrid';
import { type MixerFamily, modelFields, readFields } from '@twilljs/nn';
import { knownOnly, OptionError, shown } from '@twilljs/tensor';
import { type Json, letters, object } from './checks.ts';
import { type Known, mixerNamed } from './known.ts';

/** One size in which every mixer is compared, alone and woven with softmax attention. Field names are those of `config.json`. */
export interface ModelSize {
  readonly name: string;
  /** Fields of every model. */
  readonly model: Json;
  /** Of a softmax layer among linear ones. */
  readonly attn: Json;
  /** Fields by mixer; `attention` is the Transformer. */
  readonly mixers: Readonly<Record<string, Json>>;
}

const PERIOD: Convention = 'period';

/**
 * The configuration of one model of a size, for `hybrid`.
 *
 * @param mixer name of the mixer; `attention` for the Transformer, which is pure. One that the size does not list has the
 * defaults of its family.
 * @throws OptionError for what is no size, a ratio of another form, and a name that the size spells in another way.
 */
export function configOf(size: ModelSize, mixer: string, ratio: Ratio): Json {
  knownOnly('configOf: size', size, ['name', 'model', 'attn', 'mixers']);
  if (ratio !== 'pure' && !/^[1-9]\d*$/.test(ratio)) {
    throw new OptionError(
      `configOf: ratio is ${shown(ratio)} where 'pure' or a number such as '3' is needed; give one.`,
    );
  }
  if (typeof mixer !== 'string') {
    throw new OptionError(`configOf: mixer is ${shown(mixer)} where the name of a mixer is needed; give one.`);
  }
  const listed = Object.keys(size.mixers).find((name) => letters(name) === letters(mixer));
  if (listed !== undefined && listed !== mixer) {
    throw new OptionError(`configOf: size ${size.name} has no mixer ${shown(mixer)}; did you mean ${listed}?`);
  }
  return {
    model_type: mixer,
    ...size.model,
    ...size.mixers[mixer],
    ...(ratio !== 'pure' && { ratio: `${ratio}:1`, convention: PERIOD, attn: size.attn }),
  };
}

/**
 * The size of a grid that names none: the one that is called as its task, else the first, with the ids that the task needs.
 *
 * @param least ids of the task.
 */
export function defaultSize(
  { sizes }: Known,
  task: string,
  { name, aliases = [] }: TaskFamily,
  least: number,
): ModelSize {
  const names = [task, name, ...aliases];
  const own = sizes.find((one) => names.includes(one.name));
  const size = own ?? sizes[0];
  if (!size) throw new OptionError('sweep: there is no size at hand; write one out in the specification.');
  const { vocab_size = least } = size.model;
  // Ids of the task whose size it is may be more than are used; another task's would only be in the way of learning.
  if (own && (vocab_size as number) >= least) return size;
  return { ...size, model: { ...size.model, vocab_size: least } };
}

/** A name, or a size written out. */
export function readSize(value: unknown, known: Known, where: string): ModelSize {
  const { mixers, sizes } = known;
  if (typeof value === 'string') {
    const found = sizes.find(({ name }) => name === value);
    if (found) return found;
    const names = sizes.map(({ name }) => name).join(', ');
    throw new OptionError(`${where}: there is no size ${shown(value)}; choose among ${names}, or write one out.`);
  }
  const size = object(value, where);
  knownOnly(where, size, ['name', 'model', 'attn', 'mixers']);
  const { name } = readFields({ name: { type: 'string' } }, size, where);
  if (!/^[a-z0-9][\w.]{0,20}$/i.test(name)) {
    throw new OptionError(
      `${where}: name is ${shown(name)}, of which no directory is named; use at most 21 letters, digits, _ and .`,
    );
  }
  const model = object(size.model ?? {}, `${where}.model`);
  const strange = Object.keys(model).find(
    (key) => mixers.some(({ fields }) => Object.hasOwn(fields, key)) && !Object.hasOwn(modelFields, key),
  );
  if (strange !== undefined) {
    throw new OptionError(
      `${where}.model: ${strange} is a field of mixers; give it for each of them, as in "mixers": {"gla": {"${strange}": ...}}, and in "attn".`,
    );
  }
  knownOnly(`${where}.model`, model, Object.keys(modelFields));
  const own = Object.entries(object(size.mixers ?? {}, `${where}.mixers`)).map(([mixer, fields]) => {
    const family = mixerNamed(known, mixer, `${where}.mixers`);
    const at = `${where}.mixers.${mixer}`;
    knownOnly(at, object(fields, at), [...Object.keys(family.fields), ...Object.keys(modelFields)]);
    return [family.name, fields as Json] as const;
  });
  const softmax = softmaxOf(known);
  const attn = object(size.attn ?? {}, `${where}.attn`);
  knownOnly(
    `${where}.attn`,
    attn,
    softmax.flatMap(({ fields }) => Object.keys(fields)),
  );
  // The Transformer is the full layer everywhere: its fields are those of `attn` until it has its own.
  const missing =
    Object.keys(attn).length > 0 ? softmax.filter((one) => !own.some(([mixer]) => mixer === one.name)) : [];
  return {
    name,
    model,
    attn,
    mixers: Object.fromEntries([...own, ...missing.map((family) => [family.name, attn] as const)]),
  };
}

/** The families that serve full layers. */
export const softmaxOf = ({ mixers }: Known): MixerFamily[] => mixers.filter(({ role }) => role === 'softmax');
