// What answers of a model hang on: where it is the same, answers that were kept are those that would be computed.
import type { LanguageModel } from '@twilljs/hybrid';
import { weightsHash } from '@twilljs/train/node';
import type { Answering } from './answer.ts';
import { sha256 } from './answers-line.ts';
import { readTokens } from './read-tokens.ts';

/** Tokens of the probe. */
const PROBE = 24;

/** As it stands at the beginning of a file of answers. */
export interface AnswersKey {
  /** Hash of all parameters, those of an adapter too, and of the configuration. */
  readonly weights: string;
  /** Hash of the log-probabilities of a few fixed ids, to the last bit. */
  readonly numbers: string;
  readonly tokenizer: string;
  readonly max_length: number;
  readonly dtype: string;
  readonly device: string;
}

/**
 * The key of a model where it is. Two devices, and two versions of their kernels, differ in the last digits of a figure: their answers are
 * kept apart, so that a run which goes on gives the bits that it would have given. `numbers` tells them apart, and adapters by their scale.
 */
export async function answersKey({ model, tokenizer, maxLength }: Answering): Promise<AnswersKey> {
  const config = JSON.stringify(model.config.json);
  return {
    weights: sha256(`${await weightsHash(model)} ${config}`),
    numbers: await probe(model),
    tokenizer: await tokenizer.digest(),
    max_length: maxLength,
    dtype: model.device.float,
    device: model.device.name,
  };
}

async function probe(model: LanguageModel): Promise<string> {
  const { vocab_size } = model.config.model;
  const ids = Int32Array.from({ length: PROBE }, (_, i) => (i * 37 + 1) % vocab_size);
  const [{ logprobs }] = await readTokens(model, [{ context: ids.slice(0, 1), continuation: ids.slice(1) }]);
  return sha256(new Uint8Array(logprobs.buffer, logprobs.byteOffset, logprobs.byteLength));
}
