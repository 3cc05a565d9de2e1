// The model that goldens of evaluation are of, with its tokenizer.
import { load, readTokenizer } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import { type Device, FileError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';

export interface EvalModel {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
}

/** @throws FileError where the directory holds no model, or no tokenizer. */
export async function evalModel(
  directory: string,
  mixers: readonly MixerFamily[],
  device: Device,
): Promise<EvalModel & Disposable> {
  const tokenizer = await readTokenizer(directory);
  if (!tokenizer) throw new FileError(`${directory}: has no tokenizer.json, as a model of these goldens must; add it.`);
  const { model } = await load(directory, { mixers, device });
  return { model, tokenizer, [Symbol.dispose]: () => model[Symbol.dispose]() };
}

/** By how much a log-likelihood may be off. */
export const likelihoodTolerance = (expected: number, { model }: EvalModel): number =>
  (model.device.float === 'f64' ? 1e-9 : 1e-5) * Math.max(1, Math.abs(expected));
