// Benchmarks of one's own: prompts, examples, figures with their errors, groups, and rows that are refused by their place.
import { describe, expect, it } from 'vitest';
import { evaluateBenchmarks, harnessResults, harnessSamples } from '../index.ts';
import type { Answer, Request } from '../requests/request.ts';
import type { Benchmark, Dataset, Row, Suite } from './benchmark.ts';
import { generation } from './generation.ts';
import { lastWord } from './last-word.ts';
import { choiceMetrics } from './metrics.ts';
import { type MultipleChoiceParts, multipleChoice } from './multiple-choice.ts';
import { opening, usualForm, waiting } from './prompt.ts';
import type { Evaluating } from './results.ts';
import { rolling } from './rolling.ts';

const dataset: Dataset = {
  id: 'own/quiz',
  config: null,
  splits: { evaluation: 'test', shots: 'train' },
  columns: { question: 'string', options: 'strings', right: 'integer' },
};
const parts: MultipleChoiceParts = {
  name: 'quiz',
  title: 'Quiz',
  dataset,
  source: 'ours',
  text: ({ question }) => `Q: ${question}\nA:`,
  choices: ({ options }) => options as string[],
  gold: ({ right }) => Number(right),
};
const quiz = multipleChoice(parts);
const row = (question: string, right: unknown = 0, options = ['yes', 'no']): Row => ({ question, options, right });
const rows = [row('a'), row('b', '1'), row('c', 1)];

/** The longer a continuation, the less likely it is; of equal ones all are. */
const answerOf = (request: Request): Answer => {
  if (request.kind === 'loglikelihood') {
    return { kind: request.kind, logprob: -request.continuation.length, greedy: request.continuation.length < 4 };
  }
  if (request.kind === 'loglikelihood_rolling') return { kind: request.kind, logprob: -8 };
  return { kind: request.kind, text: 'In PARIS, of course', ids: [1], end: 'eos' };
};

function given(splits: Record<string, readonly Row[]>, others: Partial<Evaluating> = {}): Evaluating {
  return {
    answer: async (requests) => requests.map(answerOf),
    rows: async (_, split) => ({ rows: splits[split] ?? [], place: (i) => `${split}.jsonl:${i + 1}` }),
    ...others,
  };
}

const failure = (benchmarks: readonly (Benchmark | Suite)[], options: Evaluating) =>
  evaluateBenchmarks(benchmarks, options).then(
    () => 'no error',
    (error: Error) => error.message,
  );

describe('prompts', () => {
  it('are a description, examples and the text, and the answer begins where its delimiter is', () => {
    const form = { ...usualForm, description: 'Think.\n\n' };
    expect(opening([{ text: 'Q: a\nA:', answer: 'yes' }], form) + waiting('Q: b\nA:', form)).toBe(
      'Think.\n\nQ: a\nA: yes\n\nQ: b\nA:',
    );
    expect(opening([{ text: 'Q', answer: null }], form)).toBe('Think.\n\nQ');
    expect(opening([{ text: 'Q', answer: '' }], form)).toBe('Think.\n\nQ \n\n');
  });

  it('have the beginning of the answer, with a delimiter where no white space is', () => {
    const form = { ...usualForm, answerPrefix: 'It is' };
    expect(opening([{ text: 'Q', answer: 'so' }], form) + waiting('Q\n', form)).toBe('Q It is so\n\nQ\nIt is');
    expect(waiting('Q', { ...form, answerPrefix: '\x1cIt' })).toBe('Q\x1cIt');
    expect(waiting('', form)).toBe('It is');
  });

  it('draw their examples anew for each document, without the document where it is among them', async () => {
    const pool = ['p', 'q', 'r', 'a'].map((question) => row(question));
    const { benchmarks } = await evaluateBenchmarks(
      [multipleChoice({ ...parts, shots: { leavesOutDocument: true } })],
      given({ test: Array(6).fill(row('a')), train: pool }, { shots: 3 }),
    );
    const contexts = benchmarks[0].samples.map(({ requests: [one] }) => (one as { context: string }).context);
    expect(new Set(contexts).size).toBeGreaterThan(2);
    for (const context of contexts) {
      expect([...context.matchAll(/Q: (\w)/g)].map(([, letter]) => letter).sort()).toEqual(['a', 'p', 'q', 'r']);
      expect(context.endsWith('Q: a\nA:')).toBe(true);
    }
  });

  it('have the first rows where that is asked', async () => {
    const first = multipleChoice({ ...parts, shots: { order: 'first', count: 1 } });
    const { benchmarks } = await evaluateBenchmarks([first], given({ test: rows, train: [row('p', 1), row('q')] }));
    expect(benchmarks[0]).toMatchObject({ shots: 1, n: 3 });
    expect(benchmarks[0].samples[0].requests[0]).toMatchObject({ context: 'Q: p\nA: no\n\nQ: a\nA:' });
  });
});

describe('figures', () => {
  it('are the mean of documents with the error of a sample; the metrics of choices disagree where they should', async () => {
    const all = quiz.measuredBy(Object.values(choiceMetrics));
    const { benchmarks } = await evaluateBenchmarks([all], given({ test: rows }));
    // 'no' is shorter, so that it is likelier; all are alike by the character, with their delimiter the longer one is better.
    expect(benchmarks[0].metrics).toMatchObject({
      'acc,none': 2 / 3,
      'acc_stderr,none': expect.closeTo(Math.sqrt(((1 / 3) ** 2 * 2 + (2 / 3) ** 2) / 2 / 3), 14),
      'acc_norm,none': 1 / 3,
      'acc_bytes,none': 1 / 3,
      'exact_match,none': 2 / 3,
      'acc_mutual_info,none': 1 / 3,
    });
    expect(benchmarks[0].samples[1].metrics).toEqual({
      ...{ acc: 1, acc_norm: 0, acc_bytes: 0, exact_match: 1, acc_mutual_info: 0 },
    });
  });

  it('have no error of one document, none without resamples, and none where the harness has none', async () => {
    const one = await evaluateBenchmarks([quiz], given({ test: rows }, { limit: 1 }));
    expect(one.benchmarks[0]).toMatchObject({ n: 1, original: 3, metrics: { 'acc_stderr,none': 'N/A' } });
    const none = await evaluateBenchmarks([quiz], given({ test: rows }, { bootstrap: 0 }));
    expect(none.benchmarks[0].metrics['acc_stderr,none']).toBe('N/A');
    const write = generation({
      ...{ name: 'write', title: 'Write', dataset: { ...dataset, columns: {} }, source: 'ours' },
      text: () => 'Where?',
      answers: ({ question }) => [String(question)],
      options: { until: ['\n'], maxTokens: 8 },
    });
    const written = await evaluateBenchmarks([write], given({ test: [row('paris'), row('rome')] }));
    expect(written.benchmarks[0].metrics).toEqual({ 'contains,none': 0.5, 'contains_stderr,none': 'N/A' });
  });

  it('are perplexities of words and texts, by units of the text that is counted', async () => {
    const last = lastWord({
      ...{ name: 'last', title: 'Last', dataset: { ...dataset, columns: {} }, source: 'ours' },
      text: () => 'the',
      word: ({ question }) => ` ${question}`,
    });
    const text = rolling({
      ...{ name: 'pages', title: 'Pages', dataset: { ...dataset, columns: {} }, source: 'ours' },
      text: () => 'x',
      counted: ({ question }) => String(question),
    });
    const { benchmarks, notes } = await evaluateBenchmarks(
      [last, text],
      given({ test: [row('ab'), row('dé f')], train: [row('p')] }, { shots: 1, bootstrap: 1000 }),
    );
    expect(benchmarks[0].metrics).toMatchObject({ 'perplexity,none': Math.exp(4), 'acc,none': 0.5 });
    // Of e^3, e^4 (twice as often) and e^5: 47.7.
    expect(benchmarks[0].metrics['perplexity_stderr,none']).toBeGreaterThan(44);
    expect(benchmarks[0].metrics['perplexity_stderr,none']).toBeLessThan(52);
    expect(benchmarks[1].metrics).toEqual({
      'word_perplexity,none': Math.exp(16 / 3),
      'word_perplexity_stderr,none': 'N/A',
      'byte_perplexity,none': Math.exp(16 / 7),
      'byte_perplexity_stderr,none': 'N/A',
      'bits_per_byte,none': 16 / 7 / Math.LN2,
      'bits_per_byte_stderr,none': 'N/A',
    });
    expect(notes).toEqual(['pages: its prompts have no examples, so 1 shots are not shown']);
  });

  it('of suites weigh documents or benchmarks alike, and say nothing where nothing is aggregated', async () => {
    const other = multipleChoice({ ...parts, name: 'other', gold: () => 0 });
    const suite = (name: string, weights: 'documents' | 'alike', members: Suite['members']): Suite => ({
      ...{ name, title: name, members, aggregate: { metrics: ['acc'], weights } },
    });
    const inner = suite('inner', 'documents', [quiz, other]);
    const outer: Suite = { name: 'outer', title: 'outer', members: [inner, quiz], aggregate: null };
    const limited = { ...given({ test: rows }), rows: async () => ({ rows, place: String }) };
    const { benchmarks, groups } = await evaluateBenchmarks([outer, suite('alike', 'alike', [quiz, other])], limited);
    expect(benchmarks.map(({ benchmark }) => benchmark.name)).toEqual(['quiz', 'other']);
    const [error] = [benchmarks[0].metrics['acc_stderr,none'] as number];
    expect(groups.map(({ suite, n, metrics }) => [suite.name, n, metrics])).toEqual([
      [
        'inner',
        6,
        { 'acc,none': 1 / 3, 'acc_stderr,none': expect.closeTo(Math.sqrt((2 * 3 * error ** 2) / 4 / 6), 12) },
      ],
      ['outer', 6, {}],
      ['alike', 6, { 'acc,none': 1 / 3, 'acc_stderr,none': error / 2 }],
    ]);
  });

  it('of log-probabilities that are no numbers hit nothing, and are said to be', async () => {
    const broken = given({ test: rows });
    const answer = async (requests: readonly Request[]) =>
      requests.map(
        (request): Answer => ({ ...(answerOf(request) as Answer & { kind: 'loglikelihood' }), logprob: Number.NaN }),
      );
    const { benchmarks, notes } = await evaluateBenchmarks([quiz], { ...broken, answer });
    expect(benchmarks[0].metrics['acc,none']).toBe(0);
    expect(notes).toEqual(['quiz: log-probabilities of 3 documents are no numbers, the first is document 0']);
  });
});

it.each<[string, Parameters<typeof failure>, string | RegExp]>([
  ['nothing', [[], given({})], 'evaluateBenchmarks: no benchmark is given; give one or a suite.'],
  [
    'a limit of none',
    [[quiz], given({}, { limit: 0 })],
    'evaluateBenchmarks: limit is 0; give a whole number of at least 1.',
  ],
  [
    'half a shot',
    [[quiz], given({}, { shots: 0.5 })],
    'evaluateBenchmarks: shots is 0.5; give a whole number of at least 0.',
  ],
  [
    'an option of another name',
    [[quiz], { ...given({ test: rows }), shot: 1 } as Evaluating],
    /^evaluateBenchmarks: .*shot.*shots/,
  ],
  [
    'two of one name',
    [[quiz, multipleChoice(parts)], given({ test: rows })],
    'evaluateBenchmarks: two benchmarks are called quiz; give another name to one of them.',
  ],
  ['no rows', [[quiz], given({})], 'quiz: the split test of own/quiz has no rows; give one with rows.'],
  [
    'a missing column',
    [[quiz], given({ test: [rows[0], { question: 'b', right: 0 }] })],
    'quiz: test.jsonl:2: there is no column "options", only "question", "right"; give rows of own/quiz, with "question" (a string), "options" (a list of strings), "right" (a whole number).',
  ],
  [
    'a column of another kind',
    [[quiz], given({ test: [row('a', 'first')] })],
    'quiz: test.jsonl:1: column "right" is "first" where a whole number is needed; give rows of own/quiz.',
  ],
  [
    'an answer that is no choice',
    [[quiz], given({ test: [rows[0], row('b', -1)] })],
    'quiz: test.jsonl:2: the right choice is number -1 of 2, counted from 0; give rows with answers.',
  ],
  [
    'a bad example',
    [[quiz], given({ test: rows, train: [row('p', 0), row('q', null)] }, { shots: 1 })],
    'quiz: train.jsonl:2: column "right" is null where a whole number is needed; give rows of own/quiz.',
  ],
  [
    'too few examples',
    [[quiz], given({ test: rows, train: rows }, { shots: 4 })],
    'quiz: train of own/quiz: the split of examples has 3 rows where 4 are needed; ask for fewer shots.',
  ],
])('refuses %s', async (_, [benchmarks, options], message) => {
  expect(await failure(benchmarks, options)).toMatch(message);
});

it('refuses a wrong row of the last benchmark before the model is asked for the first', async () => {
  let asked = 0;
  const options = given(
    { test: rows, other: [...rows, row('d', 2)] },
    { answer: async (requests) => requests.map(answerOf, asked++) },
  );
  const other = multipleChoice({
    ...{ ...parts, name: 'other', ending: () => 'end' },
    dataset: { ...dataset, splits: { evaluation: 'other', shots: 'train' } },
  });
  expect(await failure([quiz, other], options)).toMatch(/^other: other\.jsonl:4: the right choice is number 2 of 2/);
  expect(asked).toBe(0);
});

it('writes results and samples as the harness does, whole figures as floats', async () => {
  const results = await evaluateBenchmarks([quiz], given({ test: [row('b', 1), row('c', 1)] }));
  const facts = { source: 'twill', model: 'own/model', parameters: 5, dtype: 'float32', device: 'cpu', maxLength: 64 };
  const text = await harnessResults(results, { ...facts, bootstrap: 100, began: 2000, seconds: 0.00001 });
  expect(text).toContain('"acc,none": 1.0,\n      "acc_stderr,none": 0.0\n');
  const parsed = JSON.parse(text);
  expect(parsed).toMatchObject({
    results: { quiz: { name: 'quiz', alias: 'quiz', sample_len: 2 } },
    configs: { quiz: { task: 'quiz', dataset_path: 'own/quiz', num_fewshot: 0, output_type: 'multiple_choice' } },
    versions: { quiz: 1 },
    'n-shot': { quiz: 0 },
    higher_is_better: { quiz: { acc: true } },
    'n-samples': { quiz: { original: 2, effective: 2 } },
    date: 2,
    total_evaluation_time_seconds: '1e-05',
    model_name_sanitized: 'own__model',
  });
  const [line] = await harnessSamples(results.benchmarks[0]);
  expect(line).toMatchObject({
    ...{ doc_id: 0, target: '1', filter: 'none', metrics: ['acc'], acc: 1 },
    arguments: { gen_args_1: { arg_0: 'Q: b\nA:', arg_1: ' no' } },
    resps: [[['-4.0', 'False']], [['-3.0', 'True']]],
    filtered_resps: [
      ['-4.0', 'False'],
      ['-3.0', 'True'],
    ],
  });
  expect(line.target_hash).toBe('6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'); // of '1'
});
