// Groups of parameters by patterns of their names: which of them are trained, with what decay and at what rate.
import type { LanguageModel } from '@twilljs/hybrid';
import { type Fields, isOfAdapter, params, readFields } from '@twilljs/nn';
import { knownOnly, nearest, OptionError, shown } from '@twilljs/tensor';

/** What holds for parameters of some names. Of several groups, the last that matches and says something of it decides. */
export interface ParameterGroup {
  /** A whole name, such as `lm_head.weight`, in which `*` stands for any letters: `model.layers.0.*`. */
  readonly match: string;
  /** Default true; of a model with an adapter, true for the adapter's alone. */
  readonly trainable?: boolean;
  /** In the place of the optimiser's, for all that match, whatever their shape. */
  readonly weightDecay?: number;
  /** Factor of the learning rate. Default 1. */
  readonly lr?: number;
}

/** What holds for one parameter. A decay of null is the optimiser's. */
export interface GroupSettings {
  readonly trainable: boolean;
  readonly weightDecay: number | null;
  readonly lr: number;
}

const fields: Fields = {
  match: { type: 'string' },
  trainable: { type: 'boolean' },
  weightDecay: { type: 'number', min: 0, max: 10 },
  lr: { type: 'number', min: 0, max: 1e6 },
};

/** Groups as they may stand in a file: what is not said of one is absent. @throws OptionError naming the group and its field. */
export function readGroups(given: unknown, where: string): readonly ParameterGroup[] {
  if (!Array.isArray(given)) {
    throw new OptionError(
      `${where}: groups is ${shown(given)}; give a list such as [{ match: "lm_head.*", lr: 0.1 }].`,
    );
  }
  return given.map((group, i) => {
    const at = `${where}: groups[${i}]`;
    knownOnly(at, group, Object.keys(fields));
    const said = Object.entries(fields).filter(([name]) => name === 'match' || group[name] !== undefined);
    if (said.length === 1) {
      throw new OptionError(`${at}: of ${shown(group.match)} nothing is said; give trainable, weightDecay or lr.`);
    }
    return readFields(Object.fromEntries(said), group, at) as unknown as ParameterGroup;
  });
}

/**
 * What groups say of each parameter, in the order of the names.
 *
 * @throws OptionError for a pattern that matches none of them, and where nothing is left to train.
 */
export function settingsOf(names: readonly string[], groups: readonly ParameterGroup[]): GroupSettings[] {
  const isAdapted = names.some(isOfAdapter);
  const settings = names.map(
    (name): GroupSettings => ({ trainable: !isAdapted || isOfAdapter(name), weightDecay: null, lr: 1 }),
  );
  for (const { match, ...said } of groups) {
    const pattern = patternOf(match);
    const matching = names.flatMap((name, i) => (pattern.test(name) ? [i] : []));
    if (matching.length === 0) throw nothingMatches(match, names);
    for (const i of matching) settings[i] = { ...settings[i], ...said };
  }
  if (settings.some(({ trainable }) => trainable)) return settings;
  throw new OptionError(
    `groups: none of the ${names.length} parameters is trainable; add { match: "lm_head.*", trainable: true } (--trainable 'lm_head.*'), or whatever shall learn.`,
  );
}

/** Number of parameters that are trained. @throws OptionError for a group that matches none, and where nothing is left to train. */
export function trainedOf(model: LanguageModel, groups: readonly ParameterGroup[]): number {
  const all = params(model);
  const settings = settingsOf([...all.keys()], groups);
  return [...all.values()].reduce((sum, { size }, i) => sum + (settings[i].trainable ? size : 0), 0);
}

function patternOf(match: string): RegExp {
  const parts = match.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function nothingMatches(match: string, names: readonly string[]): OptionError {
  const near = nearest(match, names);
  const next = near
    ? `did you mean ${near}?`
    : `name one, such as ${names[0]}, whole or with * for any part of the name.`;
  return new OptionError(`groups: ${shown(match)} matches none of the ${names.length} parameters; ${next}`);
}
