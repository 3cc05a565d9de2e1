// Which linear layers of a model an adapter is for, by the rules of PEFT.
import type { LanguageModel } from '@twilljs/hybrid';
import { Embedding, Linear, modules, RMSNorm, ShortConv } from '@twilljs/nn';
import { nearest, OptionError, shown } from '@twilljs/tensor';
import type { ReadLora } from './config.ts';
import { endPattern, fullPattern, pythonPattern } from './python-pattern.ts';

/** A layer that gets a part. */
export interface Target {
  /** `model.layers.0.attn.q_proj` */
  readonly path: string;
  readonly layer: Linear;
  readonly r: number;
  readonly scale: number;
}

export interface Targets {
  readonly targets: readonly Target[];
  /** Names in `target_modules` that fit no module, one line each. */
  readonly unmatched: readonly string[];
}

const ALL = 'all-linear';
const isAll = (targets: ReadLora['targets']): boolean => typeof targets === 'string' && targets.toLowerCase() === ALL;

/**
 * The layers that a configuration names.
 *
 * @throws OptionError where it names none, or a module that is no linear layer.
 */
export function targetsOf(model: LanguageModel, config: ReadLora, where: string): Targets {
  const named = modules(model);
  const isTarget = ruleOf(config, model, where);
  const rankOf = byPattern(config.ranks, config.r, `${where}: rank_pattern`);
  const alphaOf = byPattern(config.alphas, config.alpha, `${where}: alpha_pattern`);
  const targets: Target[] = [];
  for (const path of pathsOf(named)) {
    if (!isTarget(path)) continue;
    const layer = named.get(path);
    if (!(layer instanceof Linear)) {
      throw new OptionError(
        `${where}: target_modules fits ${path}, ${kindOf(layer)}; only linear layers have adapters here, exclude it.`,
      );
    }
    const r = rankOf(path);
    targets.push({ path, layer, r, scale: alphaOf(path) / (config.isRs ? Math.sqrt(r) : r) });
  }
  const linear = [...named].flatMap(([path, layer]) => (layer instanceof Linear ? [path] : []));
  const unmatched = unmatchedIn(config, [...named.keys()], linear, where);
  if (targets.length > 0) return { targets, unmatched };
  throw unmatched.length > 0 ? new OptionError(unmatched[0]) : nothingFits(config, linear, where);
}

/**
 * What `all-linear` means in this model, as a list that means it to every reader: PEFT counts the head among all where it does not know
 * the class of a model.
 */
export function listedTargets(model: LanguageModel, config: ReadLora, where: string): readonly string[] | null {
  if (!isAll(config.targets)) return null;
  const paths = targetsOf(model, config, where).targets.map(({ path }) => path);
  const names = [...new Set(paths.map(lastOf))];
  const isSame = [...pathsOf(modules(model))].every((path) => ends(path, names) === paths.includes(path));
  return isSame ? names : paths;
}

/** Modules, and those that only hold others: `model.layers.0.attn`. */
function pathsOf(named: ReadonlyMap<string, object>): Set<string> {
  const paths = new Set<string>();
  for (const path of named.keys()) {
    const parts = path.split('.');
    for (let n = 1; n <= parts.length; n++) paths.add(parts.slice(0, n).join('.'));
  }
  return paths;
}

function kindOf(module: object | undefined): string {
  if (module === undefined || module.constructor === Object) return 'which holds other modules';
  if (module instanceof ShortConv) return 'a convolution';
  if (module instanceof Embedding) return 'an embedding';
  if (module instanceof RMSNorm) return 'a norm';
  return `a ${module.constructor.name}`;
}

/** The last part of a path, and the number behind it where it is one of several: `gk_proj.0`. */
const lastOf = (path: string): string => /[^.]+(\.\d+)?$/.exec(path)![0];

const ends = (path: string, names: readonly string[]): boolean =>
  names.some((name) => path === name || path.endsWith(`.${name}`));

/** PEFT's rule: what is excluded, then what is named, then in which layers. */
function ruleOf(config: ReadLora, model: LanguageModel, where: string): (path: string) => boolean {
  const isExcluded = namesRule(config.excluded, `${where}: exclude_modules`);
  if (isAll(config.targets)) {
    const named = modules(model);
    return (path) => !isExcluded(path) && named.get(path) instanceof Linear && named.get(path) !== model.lm_head;
  }
  const isNamed = namesRule(config.targets, `${where}: target_modules`);
  const { layers, layerNames, targets } = config;
  const isWhole = (path: string) => typeof targets !== 'string' && targets.includes(path); // then PEFT asks for no layer
  const at = `${where}: layers_pattern`;
  const numbered = layerNames.map((name) =>
    pythonPattern(name, at, (body) => `^(?:^|.*?\\.)${body}\\.(?<idx>\\d+)\\.`),
  );
  if (numbered.length === 0) numbered.push(/^.*?\.[^.]*\.(?<idx>\d+)\./);
  const isInLayer = (path: string): boolean => {
    const found = numbered.map((pattern) => pattern.exec(path)).find((match) => match !== null);
    return found?.groups?.idx !== undefined && layers!.includes(Number(found.groups.idx));
  };
  return (path) => !isExcluded(path) && isNamed(path) && (layers === null || isWhole(path) || isInLayer(path));
}

function namesRule(names: ReadLora['targets'], where: string): (path: string) => boolean {
  if (typeof names !== 'string') return (path) => ends(path, names);
  if (names === '') return () => false;
  const pattern = fullPattern(names, where);
  return (path) => pattern.test(path);
}

/** What the first pattern that fits says. */
function byPattern(patterns: Readonly<Record<string, number>>, otherwise: number, where: string) {
  const list = Object.entries(patterns).map(([key, value]) => ({ pattern: endPattern(key, where), value }));
  return (path: string): number => list.find(({ pattern }) => pattern.test(path))?.value ?? otherwise;
}

function unmatchedIn({ targets }: ReadLora, paths: readonly string[], linear: readonly string[], where: string) {
  if (typeof targets === 'string') return [];
  const lasts = [...new Set(linear.map(lastOf))];
  return targets
    .filter((name) => !paths.some((path) => ends(path, [name])))
    .map((name) => {
      const near = nearest(name, lasts);
      return `${where}: target_modules names ${shown(name)}, which this model does not have${near ? `; did you mean ${near}?` : `; its linear layers are ${lasts.join(', ')}.`}`;
    });
}

function nothingFits({ targets, layers }: ReadLora, linear: readonly string[], where: string): OptionError {
  const within = layers ? ` in layers ${layers.join(', ')}` : '';
  return new OptionError(
    `${where}: target_modules ${shown(targets)}${within} fits no module of this model; its linear layers are ${linear[0]} and ${linear.length - 1} more.`,
  );
}
