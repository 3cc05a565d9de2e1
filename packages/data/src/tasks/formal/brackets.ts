// Arithmetic modulo 5 with brackets: a binary tree of operations, whose depth no fixed number of counters can follow.
import { knownOnly } from '@twilljs/tensor';
import type { RandomSource } from '../../source.ts';
import type { Task } from '../task.ts';
import { type AnsweredOptions, answered, answeredNames, type Language } from './answered.ts';
import { MODULUS, modulo } from './arithmetic.ts';

/** Options of arithmetic with brackets. */
export interface BracketsOptions extends AnsweredOptions {
  /** Whether `*` occurs beside `+` and `-`. Default false. */
  multiply?: boolean;
}

const [PLUS, MINUS, TIMES, OPEN, CLOSE, EQUALS, PAD] = [5, 6, 7, 8, 9, 10, 11];

/** Ids: the digits 0 to 4, + - * ( ) =, padding 11. */
export const bracketsLanguage = (multiply: boolean): Language => ({
  name: 'modular-arithmetic-brackets',
  vocab: PAD + 1,
  answers: MODULUS,
  pad: PAD,
  least: 5,
  draw: (tokens, random) => [...expression(tokens - 1, multiply ? 3 : 2, random), EQUALS],
  answer(question) {
    const [value, end] = valueAt(question, 0);
    if (question[end] !== EQUALS) throw new Error(`modular-arithmetic-brackets: no sign = at ${end} of ${question}`);
    return value;
  },
});

/**
 * An expression in brackets, `=`, then its value modulo 5 as the last token. An expression of n tokens is a digit (1), `-d` (2), `(d)` (3),
 * `(-d)` (4), or `(left op right)` with a left part of uniform length.
 *
 * Difficulty: tokens of the longest sequence. Sequences have `shortest` (default 5) to `length` tokens (default 40).
 *
 * @see Grazzi et al. 2024, https://arxiv.org/abs/2411.12537; Deletang et al. 2022, https://arxiv.org/abs/2207.02098.
 */
export function modularArithmeticBrackets(options: BracketsOptions): Task {
  knownOnly('modularArithmeticBrackets', options, [...answeredNames, 'multiply']);
  return answered(bracketsLanguage(options.multiply ?? false), options);
}

/** Of exactly so many tokens, at least 1. */
function expression(tokens: number, operations: number, random: RandomSource): number[] {
  if (tokens === 1) return [random.int(MODULUS)];
  if (tokens === 2) return [MINUS, random.int(MODULUS)];
  if (tokens <= 4) return [OPEN, ...expression(tokens - 2, operations, random), CLOSE];
  const left = 1 + random.int(tokens - 4);
  const operation = PLUS + random.int(operations);
  const parts = [left, tokens - 3 - left].map((part) => expression(part, operations, random));
  return [OPEN, ...parts[0], operation, ...parts[1], CLOSE];
}

/** The value of the part that begins at a place, and where it ends. */
function valueAt(tokens: readonly number[], at: number): [value: number, end: number] {
  if (tokens[at] < MODULUS) return [tokens[at], at + 1];
  if (tokens[at] === MINUS) return [modulo(-tokens[at + 1]), at + 2];
  const [left, middle] = valueAt(tokens, at + 1);
  if (tokens[middle] === CLOSE) return [left, middle + 1];
  const [right, end] = valueAt(tokens, middle + 1);
  const value = tokens[middle] === PLUS ? left + right : tokens[middle] === TIMES ? left * right : left - right;
  return [modulo(value), end + 1];
}
