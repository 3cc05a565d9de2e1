// What a model costs: memory while it decodes, arithmetic while it trains, and the measured speed of decoding.
import { checkModel, generate, type LanguageModel } from '@twilljs/hybrid';
import { nextTurn, whole } from '@twilljs/tensor';

const BYTES_PER_F32 = 4;

/**
 * Bytes that decoding keeps per sequence after `tokens` tokens, in f32: recurrent states, convolution inputs, keys and values.
 */
export function stateBytes(model: LanguageModel, tokens: number): number {
  checkModel('stateBytes', model);
  return BYTES_PER_F32 * model.stateSize(tokens);
}

/**
 * Floating-point operations of training on `tokens` tokens in sequences of `length`: those of the forward and twice as
 * many for the gradients, 2 per multiply-add. Projections, head and mixer cores count; norms and convolutions do not.
 */
export function trainingFlops(model: LanguageModel, tokens: number, length: number): number {
  checkModel('trainingFlops', model);
  whole('trainingFlops: tokens', tokens, 0);
  return 3 * tokens * model.flopsPerToken(length);
}

/** Tokens per second of reading a prompt, and of going on from it. */
export interface DecodeSpeed {
  /** Tokens per second of reading the prompt. */
  readonly prompt: number;
  /** Tokens per second after it, one at a time. */
  readonly decode: number;
}

/**
 * Measures greedy decoding of one sequence, on this machine and now.
 *
 * @param prompt ids to read first.
 * @param tokens how many to decode after the first.
 */
export async function decodeSpeed(
  model: LanguageModel,
  prompt: ArrayLike<number>,
  tokens: number,
): Promise<DecodeSpeed> {
  whole('decodeSpeed: tokens', tokens, 1);
  const times = [performance.now()];
  for await (const _ of generate(model, prompt, { maxTokens: tokens + 1 })) {
    times.push(performance.now());
    await nextTurn();
  }
  const [begin, first] = times;
  return { prompt: (1000 * prompt.length) / (first - begin), decode: (1000 * tokens) / (times.at(-1)! - first) };
}
