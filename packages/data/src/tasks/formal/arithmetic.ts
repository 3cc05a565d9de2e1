// Sums and products modulo 5, without brackets: products before sums, from left to right.
import { knownOnly } from '@twilljs/tensor';
import type { Task } from '../task.ts';
import { type AnsweredOptions, answered, answeredNames, type Language } from './answered.ts';

export const MODULUS = 5;

const [PLUS, MINUS, TIMES, EQUALS, ZERO] = [1, 2, 3, 4, 5];

/** Ids: padding 0, + - * =, then the digits 0 to 4. */
export const arithmeticLanguage: Language = {
  name: 'modular-arithmetic',
  vocab: ZERO + MODULUS,
  answers: MODULUS,
  pad: 0,
  least: 5,
  draw(tokens, random) {
    const operations = Math.floor((tokens - 2) / 2);
    const digits = [...random.ints(operations + 1, MODULUS)].map((digit) => ZERO + digit);
    const between = random.ints(operations, 3);
    return [...digits.flatMap((digit, i) => (i === 0 ? [digit] : [PLUS + between[i - 1], digit])), EQUALS];
  },
  answer(question) {
    let sum = 0;
    let term = question[0] - ZERO;
    for (let i = 1; question[i] !== EQUALS; i += 2) {
      const digit = question[i + 1] - ZERO;
      if (question[i] === TIMES) term = (term * digit) % MODULUS;
      else {
        sum += term;
        term = question[i] === MINUS ? -digit : digit;
      }
    }
    return ZERO + modulo(sum + term);
  },
};

/** 0 to 4, also of what is negative. */
export const modulo = (x: number): number => ((x % MODULUS) + MODULUS) % MODULUS;

/**
 * Digits 0 to 4 and `+ - *` between them, `=`, then the value modulo 5 as the last token. Sequences of `shortest` (default 5) to `length`
 * tokens (default 40); their number of tokens is odd.
 *
 * Difficulty: tokens of the longest sequence.
 *
 * @see Grazzi et al. 2024, https://arxiv.org/abs/2411.12537; Beck et al. 2024, https://arxiv.org/abs/2405.04517.
 */
export function modularArithmetic(options: AnsweredOptions): Task {
  knownOnly('modularArithmetic', options, answeredNames);
  return answered(arithmeticLanguage, options);
}
