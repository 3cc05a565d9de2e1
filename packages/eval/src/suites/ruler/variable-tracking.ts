// Variable tracking: a value is assigned to a variable, that to another and so on; which variables have it in the end?
import { reprOf } from '../../python/repr.ts';
import { type Draws, letters } from './draws.ts';
import { NOISE } from './needles.ts';
import { fitting, officialSize, portSize, threefold } from './sizing.ts';
import { type Draft, type RulerForm, type RulerMaker, type RulerSetting, type RulerTask, wholeText } from './task.ts';

const TITLE = 'Variable tracking';
const NEW_TOKENS = 30;
/** Variables of a chain. */
const NAMES = 5;

/** Which variables have a value, after a chain of assignments. */
export const variableTracking: RulerTask = {
  name: 'ruler_vt',
  title: TITLE,
  newTokens: NEW_TOKENS,
  match: 'all',
  published: [],
  file: null,
  haystack: () => 'noise',
  maker: (setting, draws) => trackingMaker(setting, exampleOf(setting, draws)),
};

/** A prompt with its answer, shown before every other, with new names each time. */
export interface Example {
  readonly text: string;
  readonly outputs: readonly string[];
  readonly value: string;
  readonly tokens: number;
}

/** A prompt without an example before it. */
interface Bare extends Draft {
  readonly value: string;
}

/** Texts without an example, and the sizes that fit. */
interface BareMaker {
  write(size: number, draws: Draws): Bare;
  largest(draws: Draws): number;
  fit<T>(largest: number, attempt: (size: number) => { readonly made: T; readonly tokens: number }): T;
}

interface BareParts {
  readonly setting: RulerSetting;
  readonly what: string;
  readonly length: number;
  readonly newTokens: number;
  readonly increment: number;
  /** Tokens of what comes before. */
  readonly before: number;
  /** Letters of a name. */
  readonly letters: number;
  /** Null: drawn. */
  readonly value: string | null;
  /** What to do where nothing fits, if not a greater length helps. */
  readonly next?: string;
}

/** The worked example has shorter names and 500 tokens; in the port, those of its answer are among them. */
export function exampleMaker(setting: RulerSetting): BareMaker {
  const isOfficial = setting.form === 'official';
  return bareMaker({
    ...{ setting, what: `the example of ${TITLE}`, length: 500, increment: 5, before: 0, letters: 3 },
    next: 'the length of the example is its own, so take a tokenizer of longer tokens, or leave the task out',
    newTokens: isOfficial ? 0 : NEW_TOKENS,
    value: isOfficial ? '12345' : null,
  });
}

function exampleOf(setting: RulerSetting, draws: Draws): Example {
  const maker = exampleMaker(setting);
  const made = maker.fit(maker.largest(draws), (size) => {
    const draft = maker.write(size, draws);
    return { made: draft, tokens: setting.tokensOf(wholeText(draft), size) };
  });
  return shownExample(setting, made);
}

/** The example with its answer, and the new lines after it: of them RULER counts one. */
export function shownExample({ form, tokensOf }: RulerSetting, made: Bare): Example {
  const { outputs, value } = made;
  const answered = `${wholeText(made)} ${outputs.join(' ')}`;
  const tokens = tokensOf(form === 'official' ? `${answered}\n` : `${answered}\n\n`, 0);
  return { text: `${answered}\n\n`, outputs, value, tokens };
}

/** The texts of a length after an example. */
export function trackingMaker(setting: RulerSetting, example: Example): RulerMaker {
  const { form, length, tokensOf } = setting;
  const isOfficial = form === 'official';
  const bare = bareMaker({
    ...{ setting, what: TITLE, length, newTokens: NEW_TOKENS, before: example.tokens, letters: 5, value: null },
    increment: isOfficial && length < 4096 ? 5 : 10,
  });

  function after(made: Bare, draws: Draws): Draft {
    const { input, prefix, outputs } = made;
    const shown = renewed(example, form, draws) + (isOfficial ? '' : '\n\n');
    return { input: shown + input, prefix: isOfficial ? prefix : prefix.trimEnd(), outputs };
  }

  return {
    largest: bare.largest,
    write: (size, draws) => after(bare.write(size, draws), draws),
    sample: (largest, draws) =>
      bare.fit(largest, (size) => {
        const made = bare.write(size, draws);
        const draft = after(made, draws);
        const tokens = isOfficial ? tokensOf(wholeText(draft), size) : example.tokens + tokensOf(wholeText(made), size); // the example as it was before it had new names
        return { made: { ...draft, length: tokens + NEW_TOKENS }, tokens };
      }),
  };
}

function bareMaker({ setting, what, length, newTokens, increment, before, next, ...own }: BareParts): BareMaker {
  const { form, tokensOf } = setting;
  const budget = length - newTokens - before;
  const write = (size: number, draws: Draws) => bareText(size, form, own.letters, own.value, draws);
  return {
    write,
    largest(draws) {
      if (form === 'official') {
        const tokensAt = (size: number) => tokensOf(wholeText(write(size, draws)), size);
        const upper = threefold(length, increment);
        return officialSize({ probe: increment, lower: increment, upper, budget, tokensAt });
      }
      const tokensAt = (size: number) => {
        const made = write(size, draws);
        return tokensOf(`${wholeText(made)} ${reprOf(made.outputs)}`, size);
      };
      return Math.max(portSize({ first: increment, increment, budget, tokensAt }), increment);
    },
    fit: (largest, attempt) => fitting({ what, length, newTokens, largest, increment, next, attempt }),
  };
}

function bareText(size: number, form: RulerForm, length: number, known: string | null, draws: Draws): Bare {
  const names: string[] = [];
  while (names.length < NAMES) {
    const name = draws.text(letters('ABCDEFGHIJKLMNOPQRSTUVWXYZ', length));
    if (!names.includes(name)) names.push(name);
  }
  const value = known ?? String(draws.number((random) => random.randint(10_000, 99_998)));
  const chain = names.map((name, i) => (i === 0 ? `VAR ${name} = ${value}` : `VAR ${name} = VAR ${names[i - 1]} `));
  const lines = noise(size, form);
  const places = draws.numbers((random) => random.sample([...lines.keys()], chain.length));
  for (const [i, place] of [...places].sort((a, b) => a - b).entries()) lines.splice(place + i, 0, chain[i]);
  const context = lines.join(form === 'official' ? '\n' : ' ').replaceAll('. \n', '.\n');
  const assigned = form === 'official' ? 'assigned' : 'assgined'; // as the port writes it
  return {
    value,
    input:
      'Memorize and track the chain(s) of variable assignment hidden in the following text.\n\n' +
      `${context}\nQuestion: Find all variables that are assigned the value ${value} in the text above.`,
    prefix:
      ' Answer: According to the chain(s) of variable assignment in the text above, ' +
      `${NAMES} variables are ${assigned} the value ${value}, they are: `,
    outputs: names,
  };
}

/** So many lines; where they are no more than the variables, their sentences one by one. */
function noise(size: number, form: RulerForm): string[] {
  const line = form === 'official' ? NOISE : `${NOISE}\n`;
  const lines = Array.from({ length: size }, () => line);
  if (size > NAMES) return lines;
  return lines.flatMap((one) => one.split('.').map((part) => (part.trim() === '' ? part : `${part}.`)));
}

/** The example with other names, one after another, and in RULER with another value. */
function renewed({ text, outputs, value }: Example, form: RulerForm, draws: Draws): string {
  let renewed = text;
  for (const name of outputs) {
    const other = draws.text(letters('ABCDEFGHIJKLMNOPQRSTUVWXYZ', name.length));
    renewed = renewed.replaceAll(name, other);
  }
  if (form === 'lm-eval') return renewed;
  return renewed.replaceAll(value, String(draws.number((random) => random.randint(10_000, 99_998))));
}
