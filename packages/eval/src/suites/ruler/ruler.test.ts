// Texts that are made: they fit, their answers are in them, and the same seed makes the same.
import { OptionError } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import type { Benchmark, Making, Row } from '../../benchmarks/benchmark.ts';
import { evaluateBenchmarks } from '../../benchmarks/evaluate.ts';
import type { Answer, Request } from '../../requests/request.ts';
import { type RulerOptions, rulerBenchmark } from './benchmark.ts';
import { rulerSuite, rulerTasks } from './index.ts';
import { niahMultikey3, niahSingle1, niahSingle2 } from './niah.ts';
import { syntheticEssay } from './prose.ts';
import { hotpotQuestions, squadQuestions } from './questions.ts';
import { overLengths } from './scoring.ts';
import { sentencesOf } from './sentences.ts';
import { ownWords, wordsOf } from './words.ts';

/** A token for each word and each mark. */
const tokenizer = {
  encode: (text: string) => new Int32Array((text.match(/\w{1,6}|[^\w\s]/g) ?? []).length),
} as Making['tokenizer'];
const making: Making = { tokenizer, contextLength: 8192 };

const paragraph = (i: number) => `Paragraph ${i} tells that fact number ${i} holds, and nothing besides it at all.`;
const squad = squadQuestions(
  {
    data: Array.from({ length: 60 }, (_, i) => ({
      paragraphs: [0, 1].map((j) => ({
        context: paragraph(2 * i + j),
        qas: [
          {
            question: `Which fact is told by ${2 * i + j}?`,
            is_impossible: j === 1,
            answers: [{ text: `number ${2 * i + j}` }],
          },
        ],
      })),
    })),
  },
  'dev.json',
);
const hotpot = hotpotQuestions(
  Array.from({ length: 30 }, (_, i) => ({
    question: `What holds in ${i}?`,
    answer: `fact number ${i}`,
    context: [0, 1].map((j) => [`Title ${i}.${j}`, [paragraph(i), ` More of ${i}, ${j}.`]]),
  })),
  'hotpot.json',
);

const settings: RulerOptions = { lengths: [1024, 2048], samples: 4, squad, hotpot };
const rowsOf = async (benchmark: Benchmark): Promise<readonly Row[]> =>
  (await benchmark.dataset.maker!.make(making)).rows;
const tokensOf = (text: unknown) => tokenizer.encode(text as string).length;

it.each(rulerTasks)('$name fits, and has its answers', async (task) => {
  for (const form of ['official', 'lm-eval'] as const) {
    const rows = await rowsOf(rulerBenchmark(task, { ...settings, form }));
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const { input, prefix, outputs, max_length } = row as {
        input: string;
        prefix: string;
        outputs: string[];
        max_length: number;
      };
      const tokens = tokensOf(input) + (form === 'official' ? tokensOf(prefix) : 0);
      // The port leaves no room for the answer in one task, and adds new names and lines after counting in another.
      const room = form === 'lm-eval' ? 60 : 0;
      expect(tokens + task.newTokens).toBeLessThanOrEqual(max_length + room);
      expect(tokens + task.newTokens).toBeGreaterThan(max_length * 0.2); // an essay gives way by 500 words
      expect(outputs.length).toBeGreaterThan(0);
      for (const output of outputs) expect(input).toContain(output);
    }
  }
});

it('makes the same texts of the same seed, whatever other lengths there are, and others of another', async () => {
  const inputs = async (options: Partial<RulerOptions>) =>
    (await rowsOf(rulerBenchmark(niahSingle2, { ...settings, ...options }))).filter((row) => row.max_length === 1024);
  const first = await inputs({});
  expect(await inputs({ lengths: [1024] })).toEqual(first);
  expect(await inputs({ seed: 43 })).not.toEqual(first);
});

it('hides needles at every depth alike', async () => {
  const samples = 400;
  const rows = await rowsOf(rulerBenchmark(niahSingle1, { ...settings, lengths: [1024], samples }));
  const counts = Array(5).fill(0);
  for (const { depth } of rows) counts[Math.min(4, Math.floor((depth as number) / 20))] += 1;
  for (const count of counts) expect(Math.abs(count - samples / 5)).toBeLessThan(40); // five deviations
});

it('refuses a length that never fits', async () => {
  for (const task of rulerTasks) {
    const options = { ...settings, lengths: [task.newTokens + 40] };
    await expect(rowsOf(rulerBenchmark(task, options)), task.name).rejects.toThrow(OptionError);
  }
  const forms = { ...settings, form: 'lm-eval', lengths: [180] } as const;
  await expect(rowsOf(rulerBenchmark(niahMultikey3, forms))).rejects.toThrow(/no sample fits 180 tokens/);
  const short = rowsOf(rulerBenchmark(niahSingle1, { ...settings, lengths: [64] }));
  await expect(short).rejects.toThrow(/niah_single_1 never fits 64 tokens: its answer alone has 128/);
  const long = rowsOf(rulerBenchmark(niahSingle1, { ...settings, lengths: [1024, 9000] }));
  await expect(long).rejects.toThrow(/the length 9000 is more than the 8192 tokens that the model reads at once/);
});

it('gives each length its figure, groups theirs, and says what was made up', async () => {
  const answer = async (requests: readonly Request[]): Promise<Answer[]> =>
    requests.map((request) => ({
      ...{ kind: 'generate_until', ids: [], end: 'length' },
      // All of the prompt: every answer is in it.
      text: request.kind === 'generate_until' && request.context.length < 6000 ? request.context : '',
    }));
  const rows = () => Promise.reject(new Error('made rows are not read'));
  const { squad: _, hotpot: __, ...without } = settings;
  const suite = rulerSuite({ ...without, samples: 1 });
  const { benchmarks, groups, notes } = await evaluateBenchmarks([suite], { answer, rows, cutting: making });
  expect(groups.at(-1)!.suite.title).toBe('RULER, 11 of its 13 tasks');
  expect(notes).toContain(
    'ruler_qa_squad is left out of its suite: it is made from dev-v2.0.json of SQuAD 2.0, which is not given',
  );
  expect(benchmarks).toHaveLength(11);
  expect(groups.map(({ n }) => n)).toEqual([6, 6, 2, 2, 2, 4, 22]);
  const { metrics } = groups.at(-1)!;
  expect(metrics['1024,none']).toBe(1);
  expect(metrics['2048,none']).toBeLessThan(0.5);
  expect(metrics['1024_stderr,none']).toBe('N/A');
  expect(notes).toContain('niah_single_2: its haystack is made-up prose, where RULER takes essays');
  expect(notes.filter((note) => note.includes('own lists'))).toHaveLength(11);
});

it('weighs lengths', () => {
  const figures = new Map([
    [2048, 0.5],
    [1024, 1],
  ]);
  expect([overLengths(figures), overLengths(figures, 'increasing'), overLengths(figures, 'decreasing')]).toEqual([
    0.75,
    2 / 3,
    2.5 / 3,
  ]);
});

it('splits at ends of sentences, not after abbreviations', () => {
  const parts = [
    'Dr. A. Smith came at 5 p.m. and left.',
    '"Why?" he asked.',
    'It cost 3.50!',
    'Then (at last.) He slept',
  ];
  expect(sentencesOf('Dr. A. Smith came. "No!" It ended')).toEqual(['Dr. A. Smith came.', '"No!"', 'It ended']);
  expect(sentencesOf(parts.join(' ')).join(' ')).toBe(parts.join(' '));
  expect(syntheticEssay().sentences(500).join(' ').split(' ')).toHaveLength(500);
});

it('has words enough, each once', () => {
  const words = wordsOf(ownWords, 0);
  expect(words.length).toBeGreaterThan(800);
  expect(new Set(words).size).toBe(words.length);
  expect(wordsOf(ownWords, 40_000).length).toBeGreaterThan(40_000);
});

it('refuses files of questions of another form by their place', () => {
  expect(() => squadQuestions({ data: [{ paragraphs: [{ qas: [] }] }] }, 'dev.json')).toThrow(
    /dev.json: data\[0\].paragraphs\[0\].*no context/,
  );
  expect(() => hotpotQuestions({}, 'hotpot.json')).toThrow(/hotpot.json is .* where a list is needed/);
  expect(() => squadQuestions({ data: [] }, 'dev.json')).toThrow(/no question/);
});
