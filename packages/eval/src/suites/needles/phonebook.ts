// The phone book: a list of names with numbers, and the question for one of them.
import { type PythonRandom, pythonRandom } from '@twilljs/data';
import { knownOnly, nextTurn, OptionError, whole } from '@twilljs/tensor';
import type { Benchmark, Made, Making, Row } from '../../benchmarks/benchmark.ts';
import { checkLengths, madeBenchmark } from '../../benchmarks/made.ts';

/** Options of the phone book. */
export interface PhonebookOptions {
  /** Lines of a book. Default 20, 50, 100, 200 and 500. */
  readonly entries?: readonly number[];
  /** Books of each size. Default 100. */
  readonly samples?: number;
  /** Lines of the book that are shown once more before the question. Default 2. */
  readonly examples?: number;
  /** Default 42. */
  readonly seed?: number | undefined;
}

const NEW_TOKENS = 16;

/**
 * Books of some sizes, `Name: number` a line. What is right is the number, digit for digit, before the next new line. Each name is its own;
 * the format is Twill's.
 *
 * Sizes with a book that has more tokens than the model reads are left out.
 *
 * @throws OptionError for a setting that is none; when it is evaluated, where all sizes are left out.
 */
export function phonebook(options: PhonebookOptions = {}): Benchmark {
  knownOnly('phonebook', options, ['entries', 'samples', 'examples', 'seed']);
  const { entries = [20, 50, 100, 200, 500], samples = 100, examples = 2, seed = 42 } = options;
  const { name } = facts;
  const most = FIRST.split(' ').length * LAST.split(' ').length;
  whole(`${name}: examples`, examples, 0);
  checkLengths(`${name}: entries`, entries);
  for (const count of entries) whole(`${name}: entries`, count, examples + 1, most);
  whole(`${name}: samples`, samples, 1);
  whole(`${name}: seed`, seed, 0);

  async function make({ tokenizer, contextLength, limit = Infinity, onRow = () => {} }: Making): Promise<Made> {
    const each = Math.min(samples, limit);
    const rows: Row[] = [];
    const notes: string[] = [];
    for (const [i, count] of entries.entries()) {
      const random = pythonRandom((BigInt(seed) << 40n) + BigInt(count));
      const own: Row[] = [];
      let longest = 0;
      while (own.length < each && longest <= contextLength) {
        const book = bookOf(count, examples, random);
        const tokens = tokenizer.encode(book.input + book.prefix).length + NEW_TOKENS;
        longest = Math.max(longest, tokens);
        own.push({ index: own.length, ...book, length: tokens, entries: count });
        onRow(i * each + own.length, entries.length * each);
        await nextTurn();
      }
      if (longest <= contextLength) rows.push(...own);
      else
        notes.push(
          `books of ${count} entries are left out: one has ${longest} tokens, the model reads ${contextLength}`,
        );
    }
    if (rows.length > 0) return { rows, original: (rows.length / each) * samples, notes };
    throw new OptionError(`${name}: ${notes[0]}, as of all other sizes; give fewer entries.`);
  }

  return madeBenchmark({
    ...{ ...facts, axis: 'entries', lengths: entries },
    maker: { unit: 'entries', settings: ['seed'], file: null, make },
    options: { until: ['\n'], maxTokens: NEW_TOKENS },
    prompt: ({ input, prefix }) => `${input}${prefix}`,
    value: ({ outputs }, text) => Number(digitsOf(text.split('\n')[0]) === digitsOf((outputs as string[])[0])),
  });
}

const facts = {
  name: 'phonebook',
  title: 'Phone book',
  source: 'Jelassi et al. 2024, https://arxiv.org/abs/2402.01032',
  config: 'names',
};

const digitsOf = (text: string): string => text.replaceAll(/\D/g, '');

function bookOf(count: number, examples: number, random: PythonRandom) {
  const names = FIRST.split(' ').flatMap((first) => LAST.split(' ').map((last) => `${first} ${last}`));
  const lines = random.sample(names, count).map((name) => ({ name, number: numberOf(random) }));
  const [asked, ...shown] = random.sample([...lines.keys()], examples + 1);
  const texts = (of: typeof lines) => of.map(({ name, number }) => `${name}: ${number}\n`).join('');
  return {
    input: `${texts(lines)}\n${texts(shown.map((place) => lines[place]))}${lines[asked].name}:`,
    prefix: '',
    outputs: [lines[asked].number],
    depth: count === 1 ? 0 : (100 * asked) / (count - 1),
  };
}

const numberOf = (random: PythonRandom): string => `${random.randint(200, 999)}-${random.randint(1000, 9999)}`;

const FIRST =
  'Ada Alma Amir Anita Anton Arthur Aya Basil Beatrice Bruno Cara Carlos Celia Clara Conrad Dana Daniel Dora Edgar Elena Elias Emil Esther ' +
  'Eva Felix Flora Frida Gita Greta Gustav Hana Harold Hazel Henrik Hugo Ida Igor Ines Iris Ivan Jana Jasper Joan Jonas Judith Kamal Karin ' +
  'Keiko Lars Laura Leon Lila Louis Lucia Magnus Maria Martin Maya Milan Mira Nadia Nils Nora Olga Omar Oscar Paula Pavel Petra Priya Ralph ' +
  'Rosa Ruth Samir Sara Selma Simon Sofia Stella Tara Theo Tilda Tomas Ursula Vera Viktor Walter Wanda Yara Yusuf Zelda';
const LAST =
  'Abbott Adler Amin Archer Baker Baldwin Barnes Becker Bennett Berger Bishop Blake Brandt Carter Castillo Chandra Clarke Cohen Cole Cooper ' +
  'Costa Cross Dalton Diaz Dixon Ellis Farmer Ferrari Fisher Fleming Foster Fuentes Garner Gibson Grant Greene Haas Hansen Harper Hart Hayes ' +
  'Hoffman Holt Hughes Ibrahim Jensen Keller Khan Kimura Knight Kovac Lane Larsen Lopez Marsh Mason Meyer Mills Moreau Morris Nakamura Nash ' +
  'Novak Olsen Ortega Palmer Park Patel Perry Porter Quinn Rao Reed Rivera Rossi Sato Schmidt Shaw Silva Stone Suzuki Tanaka Turner Vance ' +
  'Vega Wagner Walsh Weber West Winter Wolfe Yamada Young Zimmer';
