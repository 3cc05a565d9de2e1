// Parity of bits as one answer at the end of a sequence, the regular language that fixed-depth models without negative eigenvalues miss.
import { knownOnly } from '@twilljs/tensor';
import type { Task } from '../task.ts';
import { type AnsweredOptions, answered, answeredNames, type Language } from './answered.ts';

/** Bits are ids 1 and 2; the answer is 2 where the twos are odd in number, else 1. */
export const parityLanguage: Language = {
  name: 'formal-parity',
  vocab: 3,
  answers: 2,
  pad: 0,
  least: 3,
  draw: (tokens, random) => [...random.ints(tokens, 2)].map((bit) => 1 + bit),
  answer: (question) => 1 + (question.filter((id) => id === 2).length % 2),
};

/**
 * Bits, then their parity as the last token: ids 1 and 2, padding 0. Sequences of `shortest` (default 3) to `length` tokens (default 40).
 *
 * Difficulty: tokens of the longest sequence.
 *
 * @see Grazzi et al. 2024, https://arxiv.org/abs/2411.12537 (lengths 3 to 40, tested on 40 to 256).
 */
export function formalParity(options: AnsweredOptions): Task {
  knownOnly('formalParity', options, answeredNames);
  return answered(parityLanguage, options);
}
