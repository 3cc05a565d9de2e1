// Where every random choice of a made text comes from: a seeded generator, or a list of what was drawn elsewhere.
import { type PythonRandom, pythonRandom } from '@twilljs/data';
import { FileError, shown } from '@twilljs/tensor';

/** Draws by their form. What is drawn is said by a function of the generator. */
export interface Draws {
  text(of: (random: PythonRandom) => string): string;
  number(of: (random: PythonRandom) => number): number;
  texts(of: (random: PythonRandom) => string[]): readonly string[];
  numbers(of: (random: PythonRandom) => number[]): readonly number[];
}

/** Draws of a generator. */
export function drawn(random: PythonRandom): Draws {
  const draw = <T>(of: (random: PythonRandom) => T): T => of(random);
  return { text: draw, number: draw, texts: draw, numbers: draw };
}

export interface RecordedDraws extends Draws {
  /** How many of the list nobody has asked for yet. */
  left(): number;
}

/**
 * Draws that were made elsewhere, in order of use.
 *
 * @throws FileError, of its methods, when the list is at its end or what comes next has another form.
 */
export function recordedDraws(list: readonly unknown[]): RecordedDraws {
  let at = 0;
  function next<T>(form: string, fits: (value: unknown) => boolean): T {
    const value = list[at++];
    if (fits(value)) return value as T;
    throw new FileError(`draw ${at} of ${list.length} is ${shown(value)} where ${form} is drawn.`);
  }
  const isText = (value: unknown) => typeof value === 'string';
  const isNumber = (value: unknown) => typeof value === 'number';
  const listOf = (fits: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(fits);
  return {
    text: () => next('a text', isText),
    number: () => next('a number', isNumber),
    texts: () => next('a list of texts', listOf(isText)),
    numbers: () => next('a list of numbers', listOf(isNumber)),
    left: () => list.length - at,
  };
}

/** The seed of the fixed orders: needles, documents, words of a list. */
const ORDER = 42;

/** A list in the order that Python's `Random(42)` gives any list of its length. */
export function inFixedOrder<T>(list: readonly T[]): T[] {
  const copy = [...list];
  pythonRandom(ORDER).shuffle(copy);
  return copy;
}

/** A number of seven digits, all alike likely. */
export const sevenDigits = (random: PythonRandom): string => String(random.randint(1_000_000, 9_999_999));

/** A UUID of version 4, from 128 random bits. */
export const uuid = (random: PythonRandom): string => uuidOf(random.getrandbits(128));

/** The UUID of version 4 that 128 bits make: six of them say the version and the variant. */
export function uuidOf(bits: bigint): string {
  const digits = bits.toString(16).padStart(32, '0').split('');
  digits[12] = '4';
  digits[16] = ((Number.parseInt(digits[16], 16) & 3) | 8).toString(16);
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** So many letters of an alphabet. */
export const letters = (alphabet: string, count: number) => (random: PythonRandom) =>
  random.choices([...alphabet], count).join('');
