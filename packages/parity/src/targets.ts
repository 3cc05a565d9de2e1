// What lies at the paths of `twill parity`: goldens of ops, models, tokenizers, sampling and evaluation, and what cannot be replayed, with the reason.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listDirectory, readConfigFile, readFile } from '@twilljs/hub/node';
import type { MixerFamily } from '@twilljs/nn';
import { FileError, isTwillError, shown } from '@twilljs/tensor';
import { firstHas } from './cases.ts';
import { type EvalTarget, findEvals } from './find-evals.ts';
import { type Golden, readGolden, readOpName } from './golden.ts';
import { goldenOps } from './golden-ops.ts';

export interface OpTarget {
  readonly kind: 'op';
  readonly path: string;
  readonly golden: Golden;
}

/** A directory with `expected.safetensors`. */
export interface ModelTarget {
  readonly kind: 'model';
  readonly path: string;
  /** The directory with `config.json` and `model.safetensors`: the same, or one of the same name elsewhere. */
  readonly model: string;
  /** It has a `packed.safetensors` too. */
  readonly packed: boolean;
  /** And a `train.safetensors`. */
  readonly training: boolean;
}

/** A directory with `tokenizer.json` and `cases.json`. */
export interface TokenizerTarget {
  readonly kind: 'tokenizer';
  readonly path: string;
}

/** A directory with `adapter_config.json` and `expected.safetensors`. */
export interface AdapterTarget {
  readonly kind: 'adapter';
  readonly path: string;
  /** The directory of the model that it is for. */
  readonly model: string;
}

/** A directory with a `cases.json` of logits and probabilities. */
export interface SamplingTarget {
  readonly kind: 'sampling';
  readonly path: string;
}

export type Target = OpTarget | ModelTarget | TokenizerTarget | AdapterTarget | SamplingTarget | EvalTarget;

export interface Refused {
  readonly path: string;
  readonly reason: string;
}

export interface Targets {
  readonly found: readonly Target[];
  /** Not to be run by this version. */
  readonly skipped: readonly Refused[];
  /** Damaged. */
  readonly broken: readonly Refused[];
}

const NO_MODEL = 'it holds no model; name the folder of models by --base';

/**
 * Finds all goldens at the given paths, folders and those below them included.
 *
 * @param mixers Whose models can be replayed.
 * @param base Where models are, by name, of goldens that hold none; null for nowhere.
 * @throws FileError when a path does not exist, or is itself no golden and holds none.
 */
export function findTargets(
  paths: readonly string[],
  mixers: readonly MixerFamily[],
  base: string | null = null,
): Targets {
  if (base !== null && !isDirectory(base)) {
    throw new FileError(`parity: --base ${base} is no directory; name one that holds models.`);
  }
  const found: Target[] = [];
  const skipped: Refused[] = [];
  const broken: Refused[] = [];

  /** A file in a folder may be anything; one that the user names must be a golden. */
  function file(path: string, isNamed: boolean): void {
    try {
      const bytes = readFile(path);
      const op = readOpName(bytes, path);
      if (Object.hasOwn(goldenOps, op)) found.push({ kind: 'op', path, golden: readGolden(bytes, path) });
      else skipped.push({ path, reason: `op ${op} is not in this version` });
    } catch (error) {
      if (isNamed || !isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }

  function model(path: string, names: readonly string[]): void {
    const has = (name: string) => names.includes(`${name}.safetensors`);
    const isWhole = has('model') || names.includes('model.safetensors.index.json');
    const model = isWhole || base === null ? path : join(base, basename(path));
    if (!has('expected')) skipped.push({ path, reason: 'a model without expected.safetensors' });
    else if (!existsSync(join(model, 'config.json')))
      skipped.push({ path, reason: base === null ? NO_MODEL : `it holds no model, and ${model} neither` });
    else {
      try {
        const { model_type } = readConfigFile(join(model, 'config.json'));
        if (model_type === undefined) throw new FileError(`${model}: its config.json names no model_type; add one.`);
        const known = mixers.some((m) => m.model_type === model_type || m.name === model_type);
        if (known && !isWhole && base === null) skipped.push({ path, reason: NO_MODEL });
        else if (known) found.push({ kind: 'model', path, model, packed: has('packed'), training: has('train') });
        else skipped.push({ path, reason: `model_type ${JSON.stringify(model_type)} is not in this version` });
      } catch (error) {
        if (!isTwillError(error)) throw error;
        broken.push({ path, reason: error.message });
      }
    }
  }

  /** Its model lies in the base, or in a folder of models beside the folder of adapters. */
  function adapter(path: string, names: readonly string[]): void {
    try {
      const { base_model_name_or_path: name } = readConfigFile(join(path, 'adapter_config.json'));
      const isName = typeof name === 'string' && /^[\w.-]+$/.test(name);
      const model = join(base ?? join(path, '../../models'), isName ? name : '');
      if (!names.includes('expected.safetensors'))
        skipped.push({ path, reason: 'an adapter without expected.safetensors' });
      else if (isName && existsSync(join(model, 'config.json'))) found.push({ kind: 'adapter', path, model });
      else
        skipped.push({ path, reason: `it is for the model ${shown(name)}; name the folder that holds it by --base` });
    } catch (error) {
      if (!isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }

  /** @returns the names of the files that are goldens of evaluation. */
  function evals(path: string, names: readonly string[]): readonly string[] {
    const here = findEvals(path, names, base);
    found.push(...here.found);
    skipped.push(...here.skipped);
    return here.taken;
  }

  function folder(path: string): void {
    const names = listDirectory(path);
    if (names.includes('adapter_config.json')) {
      adapter(path, names);
      return;
    }
    const isTokenizer = names.includes('tokenizer.json') && names.includes('cases.json');
    if (isTokenizer) found.push({ kind: 'tokenizer', path });
    const isSampling = !isTokenizer && names.includes('cases.json') && firstHas(join(path, 'cases.json'), 'logits');
    if (isSampling) found.push({ kind: 'sampling', path });
    if (names.includes('config.json') || names.includes('expected.safetensors')) {
      model(path, names);
      return;
    }
    for (const name of names.filter((n) => !n.startsWith('.') && n !== 'node_modules')) {
      const inner = join(path, name);
      if (!existsSync(inner)) broken.push({ path: inner, reason: 'a link that leads nowhere' });
      else if (isDirectory(inner)) folder(inner);
      else if (name.endsWith('.safetensors')) file(inner, false);
    }
    const taken = [...evals(path, names), ...(isSampling ? ['cases.json'] : [])];
    const others = names.filter((name) => /\.jsonl?$/.test(name) && !taken.includes(name));
    if (others.length > 0 && !isTokenizer) {
      const files = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`;
      skipped.push({ path, reason: `${files}: cases of this form are not in this version` });
    }
  }

  for (const path of new Set(paths)) {
    if (!existsSync(path)) throw new FileError(`parity: ${path} does not exist; check the path.`);
    const before = found.length + skipped.length + broken.length;
    if (isDirectory(path)) folder(path);
    else if (!/\.jsonl?$/.test(path)) file(path, true);
    else evals(dirname(path), [basename(path)]);
    if (found.length + skipped.length + broken.length > before) continue;
    throw new FileError(
      `parity: ${path} holds no golden; give a file of an op, the directory of a model, a tokenizer, sampling or runs of an evaluation, or a folder of them.`,
    );
  }
  return { found, skipped, broken };
}

const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
