// The values of flags: read, checked, and refused in words that name the flag.
import { OptionError } from '@twilljs/tensor';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** The value is strictly above this. */
  readonly above?: number;
}

/** Reads one value of a flag. */
export type Read<T> = (text: string) => T;

/** A whole number within bounds; default from 1. */
export function wholeNumber(flag: string, { min = 1, max = 2 ** 31 }: Bounds = {}): Read<number> {
  return (text) => {
    const value = numeral(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new OptionError(
      `${flag} is "${shown(text)}" where a whole number from ${min} to ${max} is needed; correct it.`,
    );
  };
}

/** A finite number within bounds; default from 0. */
export function realNumber(flag: string, { min = 0, max = Number.MAX_VALUE, above }: Bounds = {}): Read<number> {
  const from = above === undefined ? `from ${min}` : `above ${above}`;
  const to = max === Number.MAX_VALUE ? '' : ` to ${max}`;
  return (text) => {
    const value = numeral(text);
    const inside = Number.isFinite(value) && value <= max && (above === undefined ? value >= min : value > above);
    if (inside) return value;
    throw new OptionError(`${flag} is "${shown(text)}" where a number ${from}${to} is needed; correct it.`);
  };
}

/** A text that is not empty. */
export function someText(flag: string): Read<string> {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new OptionError(`${flag} is empty where a value is needed; give one.`);
  };
}

/** For commander: reads a value and refuses a flag that is given twice, which says two things at once. */
export function once<T>(flag: string, read: Read<T>): Read<T> {
  let first: string | null = null;
  return (text) => {
    if (first !== null) {
      throw new OptionError(`${flag} is given twice, as "${shown(first)}" and as "${shown(text)}"; give it once.`);
    }
    first = text;
    return read(text);
  };
}

/** A decimal numeral; NaN for everything else that `Number` would take. */
function numeral(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** A value as given, short enough for a message. */
export function shown(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}
