// Goldens of evaluation: which files they are, whose model they are of, and how they are replayed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MixerFamily } from '@twilljs/nn';
import type { Device } from '@twilljs/tensor';
import type { Cases } from './cases.ts';
import { type EvalModel, evalModel } from './eval-model.ts';
import { replayGenerations, replayRequests } from './replay-requests.ts';
import { replayUnits } from './replay-units.ts';

/** A file of cases of evaluation. */
export interface EvalTarget {
  readonly kind: 'eval';
  readonly path: string;
  /** The directory of the model; null where none is needed. */
  readonly model: string | null;
  /** In which form the cases are. */
  readonly form: EvalForm;
}

/** A form of files. */
export interface EvalForm {
  /** Of the name of the file; its first group, where it has one, names the model. */
  readonly pattern: RegExp;
  replay(path: string, given: EvalModel | null): Promise<Cases>;
}

/** All forms that are known. */
const evalForms: readonly EvalForm[] = [
  { pattern: /^requests-(\w+)\.jsonl$/, replay: (path, given) => replayRequests(path, given!) },
  { pattern: /^generate-(\w+)\.jsonl$/, replay: (path, given) => replayGenerations(path, given!) },
  { pattern: /^units\.json$/, replay: async (path) => replayUnits(path) },
];

/**
 * What a file is replayed as: its model lies in the base, or beside the folder that it lies in.
 *
 * @returns null for a file of another form; a reason where its model is missing.
 */
export function evalTarget(folder: string, name: string, base: string | null): EvalTarget | string | null {
  const form = evalForms.find(({ pattern }) => pattern.test(name));
  if (!form) return null;
  const [, of] = form.pattern.exec(name)!;
  const path = join(folder, name);
  if (of === undefined) return { kind: 'eval', path, model: null, form };
  const model = join(base ?? join(folder, '..'), `model-${of}`);
  if (existsSync(join(model, 'config.json'))) return { kind: 'eval', path, model, form };
  return `it is for the model model-${of}; name the folder that holds it by --base`;
}

export async function replayEval(
  { path, model, form }: EvalTarget,
  mixers: readonly MixerFamily[],
  device: Device,
): Promise<Cases> {
  if (model === null) return form.replay(path, null);
  using given = await evalModel(model, mixers, device);
  return await form.replay(path, given);
}
