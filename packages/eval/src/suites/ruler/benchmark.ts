// A task of RULER as a benchmark: some lengths, as many samples of each, made when it is evaluated.
import { pythonRandom } from '@twilljs/data';
import { knownOnly, nextTurn, OptionError, oneOf, whole } from '@twilljs/tensor';
import type { Benchmark, Made, MakerFile, Making, Row } from '../../benchmarks/benchmark.ts';
import { checkLengths, madeBenchmark, requireFitting } from '../../benchmarks/made.ts';
import { type Draws, drawn } from './draws.ts';
import { essayOf, syntheticEssay } from './prose.ts';
import type { Questions } from './questions.ts';
import { matched, processed } from './scoring.ts';
import { neverFits } from './sizing.ts';
import type { RulerForm, RulerMaker, RulerMaterial, RulerSample, RulerTask } from './task.ts';
import { ownWords, type WordLists } from './words.ts';

/** At which lengths RULER is asked, and how often. */
export interface RulerOptions {
  /** Tokens of a prompt and its answer. Default 4096. */
  readonly lengths?: readonly number[] | undefined;
  /** Samples of each length. Default 500. */
  readonly samples?: number;
  /** Default 42. */
  readonly seed?: number | undefined;
  /** Default `official`: NVIDIA's. */
  readonly form?: RulerForm | undefined;
  /** Default: Twill's own. */
  readonly words?: WordLists;
  /** A text that needles are hidden in, such as Paul Graham's essays. Default: made-up prose. */
  readonly essay?: string | undefined;
  /** See `squadQuestions`. */
  readonly squad?: Questions | undefined;
  /** See `hotpotQuestions`. */
  readonly hotpot?: Questions | undefined;
}

const FORMS: readonly RulerForm[] = ['official', 'lm-eval'];

const NAMES = ['lengths', 'samples', 'seed', 'form', 'words', 'essay', 'squad', 'hotpot'];

/** @throws OptionError for a setting that is none. */
export function rulerBenchmark(task: RulerTask, options: RulerOptions = {}): Benchmark {
  knownOnly('rulerBenchmark', options, NAMES);
  const { lengths = [4096], samples = 500, seed = 42, form = 'official' } = options;
  checkLengths('rulerBenchmark: lengths', lengths);
  whole('rulerBenchmark: samples', samples, 1);
  whole('rulerBenchmark: seed', seed, 0);
  oneOf('rulerBenchmark: form', form, FORMS);
  const material = materialOf(options);

  async function make({ tokenizer, contextLength, limit = Infinity, onRow = () => {} }: Making): Promise<Made> {
    requireFitting(task.name, lengths, task.newTokens, contextLength);
    const tokensOf = (text: string) => tokenizer.encode(text).length;
    const there = Math.min(samples, task.samples?.(material) ?? Infinity);
    const count = Math.min(there, limit);
    const makers = lengths.map((length) => {
      const draws = drawsOf(seed, length, 0);
      const maker = task.maker({ form, length, tokensOf, material }, draws);
      return { length, maker, largest: maker.largest(draws) };
    });
    const rows: Row[] = [];
    for (let i = 0; i < count; i++) {
      for (const { length, maker, largest } of makers) {
        const sample = sampleOf(task, maker, largest, drawsOf(seed, length, i + 1), i);
        if (sample) rows.push(rowOf(task, material, sample, length, i));
      }
      onRow((i + 1) * lengths.length, count * lengths.length);
      await nextTurn();
    }
    for (const { length } of makers) {
      if (rows.some((row) => row.max_length === length)) continue;
      throw new OptionError(`${task.title}: no sample fits ${length} tokens; give a greater length.`);
    }
    const left = count * lengths.length - rows.length;
    const notes = notesOf(task, options, material, left, samples - there);
    return { rows, original: there * lengths.length - left, notes };
  }

  return madeBenchmark({
    ...{ name: task.name, title: task.title, published: task.published, axis: 'max_length', lengths },
    maker: { unit: 'tokens', settings: ['lengths', 'form', 'seed'], file: fileOf(task, options), make },
    source: 'Hsieh et al. 2024, https://arxiv.org/abs/2404.06654',
    config: `${form}, ${task.haystack(material)}`,
    options: { until: [], maxTokens: task.newTokens },
    prompt: ({ input, prefix }) => `${input}${prefix}`,
    value: ({ outputs }, text) => matched(task.match, form, processed(text), outputs as string[]),
  });
}

/** The file of a task, and whether it is there. */
function fileOf({ file }: RulerTask, options: RulerOptions): MakerFile | null {
  return file && { ...file, isGiven: options[file.setting] !== undefined };
}

/** Of a stream of a seed and a length: 0 for what samples share, i + 1 for the sample i. */
const drawsOf = (seed: number, length: number, stream: number): Draws =>
  drawn(pythonRandom((BigInt(seed) << 80n) + (BigInt(length) << 40n) + BigInt(stream)));

function sampleOf(
  task: RulerTask,
  maker: RulerMaker,
  largest: number,
  draws: Draws,
  index: number,
): RulerSample | null {
  const sample = maker.sample(largest, draws, index);
  if (!sample || sample.outputs.length > 0) return sample;
  const { length } = sample;
  throw new OptionError(neverFits(task.title, length, length - task.newTokens, task.newTokens));
}

/** Fields under the names of the harness, and where each reference first stands, in percent of the input. */
function rowOf(task: RulerTask, material: RulerMaterial, sample: RulerSample, max_length: number, index: number): Row {
  const { input, prefix, outputs, length } = sample;
  const depths = outputs.map((output) => (100 * input.indexOf(output)) / input.length);
  return { index, input, prefix, outputs, length, max_length, haystack: task.haystack(material), depth: depths[0] };
}

const cache = new WeakMap<RulerOptions, RulerMaterial>();

/** The same for all tasks that are made with the same options. */
function materialOf(options: RulerOptions): RulerMaterial {
  const known = cache.get(options);
  if (known) return known;
  const { words = ownWords, essay, squad = null, hotpot = null } = options;
  const material = { words, essay: essay === undefined ? syntheticEssay() : essayOf(essay), squad, hotpot };
  cache.set(options, material);
  return material;
}

function notesOf(
  task: RulerTask,
  { words }: RulerOptions,
  material: RulerMaterial,
  left: number,
  lacking: number,
): string[] {
  const haystack = task.haystack(material);
  const isProse = task.file?.setting === 'essay';
  return [
    ...(haystack === 'synthetic' ? ['its haystack is made-up prose, where RULER takes essays'] : []),
    ...(isProse ? ["its sentences are split by Twill's own rules, where RULER takes those of Punkt"] : []),
    ...(words === undefined && haystack !== 'documents' ? ["its words are of Twill's own lists"] : []),
    ...(lacking > 0 ? [`there are ${lacking} questions fewer than samples were asked for`] : []),
    ...(left > 0 ? [`${left} samples are left out, they do not fit`] : []),
  ];
}
