// Replays `qa.jsonl` and `qa_data.jsonl`: questions on documents, with every draw and every count of their searches.
import { join } from 'node:path';
import { hotpotQuestions, type Question, type Questions, rulerParts, squadQuestions } from '@twilljs/eval';
import { FileError } from '@twilljs/tensor';
import { type Cases, different, linesIn, type WrongCase } from '../cases.ts';
import { anyDraws, type Count, counting, formOf, isRow, type ModelOf, type Row, refuses } from './given.ts';
import { materialOf } from './needles.ts';

const { documentsMaker, inFixedOrder, recordedDraws } = rulerParts;

const readers: Readonly<Record<string, (json: unknown, where: string) => Questions>> = {
  squad: squadQuestions,
  hotpotqa: hotpotQuestions,
};

interface Data {
  readonly dataset: string;
  readonly raw: unknown;
  /** In any order. */
  readonly docs: readonly string[];
  readonly qas: readonly {
    readonly query: string;
    readonly outputs: readonly string[];
    readonly context: readonly number[];
    readonly more_context?: readonly number[];
  }[];
}

function dataIn(path: string): Data[] {
  const isData = ({ dataset, docs, qas }: Record<string, unknown>) =>
    Object.hasOwn(readers, String(dataset)) && Array.isArray(docs) && Array.isArray(qas);
  return linesIn<Data>(path, 'dataset (squad or hotpotqa), raw, docs and qas', isData);
}

export function replayQuestionData(path: string): Cases {
  const all = dataIn(path);
  const wrong = all.flatMap(({ dataset, raw, docs, qas }, i) => {
    const { documents, questions } = readers[dataset](raw, `${path}: line ${i + 1}: raw`);
    const parsed = ({ query, outputs, gold, near }: Question) => ({ query, outputs, gold, near });
    const expected = qas.map(({ query, outputs, context, more_context = [] }) => ({
      ...{ query, outputs, gold: context, near: more_context },
    }));
    return different(i, dataset, [
      ['docs', [...documents].sort(), [...docs].sort()],
      ['qas', questions.map(parsed), expected],
    ]);
  });
  return { count: all.length, wrong };
}

interface Call {
  readonly index: number;
  readonly n: number;
  readonly tokens: number;
  readonly draws: readonly unknown[];
}

interface Asked extends Row {
  readonly dataset: string;
  readonly calls: readonly Call[];
  readonly samples: readonly {
    readonly input: string;
    readonly answer_prefix?: string;
    readonly gen_prefix?: string;
    readonly outputs: readonly string[];
    readonly length: number;
  }[];
}

export async function replayQuestions(path: string, modelOf: ModelOf): Promise<Cases> {
  const rows = linesIn<Asked>(
    path,
    'source, dataset, tokenizer, max_length, and never_fits or calls and samples',
    isAsked,
  );
  const count = await counting(path, modelOf, rows);
  const known = new Map(
    dataIn(join(path, '../qa_data.jsonl')).map(({ dataset, raw }) => [dataset, readers[dataset](raw, path)]),
  );
  // The port shuffles its list of documents in place when all are taken, so later rows find them in another order.
  const disordered = new Map([...known].map(([name, { documents }]) => [name, [...documents]]));
  const material = materialOf(join(path, '..'));
  const wrong = rows.flatMap((row, i) => {
    const { dataset, source } = row;
    const questions = known.get(dataset);
    if (!questions) throw new FileError(`${path}: line ${i + 1}: its data set ${dataset} is not in qa_data.jsonl.`);
    const documents = source === 'lm-eval' ? disordered.get(dataset)! : [...questions.documents];
    return asked(row, i, { ...questions, documents }, documents, material, count);
  });
  return { count: rows.length, wrong };
}

function isAsked(one: Record<string, unknown>): boolean {
  if (!isRow(one) || typeof one.dataset !== 'string') return false;
  return one.never_fits === true || (Array.isArray(one.calls) && Array.isArray(one.samples));
}

function asked(
  row: Asked,
  index: number,
  questions: Questions,
  documents: string[],
  material: rulerParts.RulerMaterial,
  count: Count,
): WrongCase[] {
  const calls: Omit<Call, 'draws'>[] = [];
  const isPort = row.source === 'lm-eval';
  let current = 0;
  const tokensOf = (text: string, n: number) => {
    const { query } = questions.questions[current];
    const counted = isPort ? text.slice(0, text.lastIndexOf(query) + query.length) : text; // without the answers
    calls.push({ index: current, n, tokens: count(counted, row) });
    if (isPort && n >= documents.length) documents.splice(0, documents.length, ...inFixedOrder(documents));
    return count(text, row);
  };
  const setting = { form: formOf(row), length: row.max_length, tokensOf, material } as const;
  const maker = documentsMaker(row.dataset, questions, setting);
  const text = `${row.source}, ${row.dataset}, ${row.tokenizer}, ${row.max_length}`;
  if (row.never_fits) {
    const isRefused = refuses(() => maker.sample(maker.largest(anyDraws()), anyDraws(), 0));
    return different(index, text, [['never_fits', isRefused, true]]);
  }
  const draws = recordedDraws(row.calls.flatMap((call) => call.draws));
  const largest = maker.largest(draws);
  const made = row.samples.map((_, i) => {
    current = i;
    return maker.sample(largest, draws, i);
  });
  return different(index, text, [
    ['calls', calls, row.calls.map(({ index, n, tokens }) => ({ index, n, tokens }))],
    ['draws', draws.left(), 0],
    ['inputs', made.map((one) => one?.input), row.samples.map((one) => one.input)],
    ['prefix', made.map((one) => one?.prefix), row.samples.map((one) => one.answer_prefix ?? ` ${one.gen_prefix}`)],
    ['outputs', made.map((one) => one?.outputs), row.samples.map((one) => one.outputs)],
    ['length', made.map((one) => one?.length), row.samples.map((one) => one.length)],
  ]);
}
