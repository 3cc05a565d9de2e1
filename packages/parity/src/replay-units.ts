// Replays what evaluations are made of: windows of long texts, Python's generator and functions of text, and how stops cut.
import { pythonRandom } from '@twilljs/data';
import { cutAtStops, disjoint, pythonText, rollingWindows } from '@twilljs/eval';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { type Cases, different, type WrongCase } from './cases.ts';
import { type Aggregated, aggregatedOf } from './replay-aggregation.ts';

interface Units {
  readonly rolling_windows: readonly RollingCase[];
  readonly aggregation: Aggregated & { readonly python_random: Drawn };
  readonly python: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  readonly stop_cut: readonly { readonly text: string; readonly stop: readonly string[]; readonly out: string }[];
  readonly contains: readonly {
    readonly prediction: string;
    readonly labels: readonly string[];
    readonly score: number;
  }[];
}

interface RollingCase {
  /** The tokens of the text are 100, 101, ... */
  readonly n: number;
  readonly max_length: number;
  readonly context_length: number;
  readonly prefix: number;
  readonly windows: readonly { readonly input: readonly number[]; readonly predict: readonly number[] }[];
  readonly disjoint: readonly { readonly context: readonly number[]; readonly continuation: readonly number[] }[];
}

/** One after the other from seed 1234. */
interface Drawn {
  readonly sample_n_k: readonly (readonly [n: number, k: number])[];
  readonly samples: readonly (readonly number[])[];
  readonly random: number;
  readonly choices: readonly number[];
  readonly randint: number;
}

/** Functions of text by their names in the file; of several values the list. */
const functions: Readonly<Record<string, (text: string) => unknown>> = {
  capitalize: pythonText.capitalize,
  strip: (text) => [pythonText.strip(text), pythonText.lstrip(text), pythonText.rstrip(text)],
  re_split_whitespace: pythonText.splitAtSpace,
  len: (text) => [pythonText.lengthOf(text), pythonText.bytesOf(text)],
  lower: (text) => text.toLowerCase(),
  splitlines_space: (text) => text.split(' '),
  isdigit: pythonText.isDigit,
};

/** A file `units.json`. @throws FileError where a part is missing. */
export async function replayUnits(path: string): Promise<Cases> {
  const units = unitsIn(parseJsonObject(readText(path), path), path);
  const compared = [
    ...units.rolling_windows.map((one) => () => windowsOf(one)),
    ...(await aggregatedOf(units.aggregation)).map((pair) => () => [pair]),
    ...drawnOf(units.aggregation.python_random).map((pair) => () => [pair]),
    ...Object.entries(units.python).flatMap(([name, cases]) => cases.map((one) => () => [textOf(name, one, path)])),
    ...units.stop_cut.map(({ text, stop, out }) => () => [['stop_cut', cutAtStops(text, stop), out] as const]),
    ...units.contains.map(({ prediction, labels, score }) => () => {
      const isIn = labels.some((label) => pythonText.containsIgnoringCase(prediction, label));
      return [['contains', Number(isIn), score] as const];
    }),
  ];
  const wrong = compared.flatMap((pairs, index): WrongCase[] => different(index, '', pairs()));
  return { count: compared.length, wrong };
}

type Pair = readonly [what: string, ours: unknown, expected: unknown];

function windowsOf({ n, max_length, context_length, prefix, ...expected }: RollingCase): Pair[] {
  const ids = Int32Array.from({ length: n }, (_, i) => 100 + i);
  const windows = rollingWindows(ids, { maxLength: max_length, contextLength: context_length, prefix });
  const requests = windows.map(disjoint);
  return [
    ['windows', windows.map(({ input, predict }) => ({ input: [...input], predict: [...predict] })), expected.windows],
    [
      'disjoint',
      requests.map(({ context, continuation }) => ({ context: [...context], continuation: [...continuation] })),
      expected.disjoint,
    ],
  ];
}

function drawnOf({ sample_n_k, samples, random, choices, randint }: Drawn): Pair[] {
  const source = pythonRandom(1234);
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  return [
    ...sample_n_k.map(([n, k], i): Pair => ['sample', source.sample(range(n), k), samples[i]]),
    ['random', source.random(), random],
    ['choices', source.choices(range(17), 5), choices],
    ['randint', source.randint(0, 9), randint],
  ];
}

function textOf(name: string, [text, ...expected]: readonly unknown[], path: string): Pair {
  const run = functions[name];
  if (!run) throw new FileError(`${path}: python.${name} is not in this version.`);
  return [name, run(text as string), expected.length === 1 ? expected[0] : expected];
}

const PARTS = ['rolling_windows', 'aggregation', 'python', 'stop_cut', 'contains'] as const;

function unitsIn(json: JsonObject, path: string): Units {
  for (const part of PARTS) {
    if (typeof json[part] !== 'object') throw new FileError(`${path}: has no ${part}, as these goldens must.`);
  }
  return json as unknown as Units;
}
