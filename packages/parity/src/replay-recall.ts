// Replays prompts of the tasks of "Just read twice", and how they cut their documents; and the rows that examples are taken from.
import { basename } from 'node:path';
import type { Benchmark, Row } from '@twilljs/eval';
import { readTokenizer } from '@twilljs/hub/node';
import { FileError, isTwillError, shown } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { benchmarkCalled } from './benchmarks.ts';
import { different, linesIn, type WrongCase } from './cases.ts';
import type { ReplayedEvals } from './find-evals.ts';
import { poolIn } from './replay-benchmarks.ts';

interface Line {
  readonly task: string;
  readonly style: 'once' | 'twice';
  readonly doc?: Row;
  /** Of a document before. */
  readonly doc_id?: unknown;
  readonly prompt?: string;
  readonly answers?: readonly string[];
  readonly error?: true;
  readonly cut?: {
    readonly tokenizer: string;
    readonly context_length: number;
    readonly field: string;
  };
  readonly cut_text?: string;
  readonly dropped?: true;
}

/**
 * @param modelOf the directory with the tokenizer of a name, or null.
 * @throws FileError for a line that lacks a part, or cuts a document that no line before has.
 */
export async function replayRecall(path: string, modelOf: (name: string) => string | null): Promise<ReplayedEvals> {
  const lines = linesIn<Line>(path, 'task, style, and doc or doc_id and cut', isLine);
  const docs = new Map<string, Row>();
  const tokenizers = new Map<string, Tokenizer>();
  const wrong: WrongCase[] = [];
  const missing = new Set<string>();
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const { task, style, cut } = line;
    if (line.doc) docs.set(`${task} ${line.doc.doc_id}`, line.doc);
    const benchmark = benchmarkCalled(style === 'twice' ? `${task}_twice` : task);
    const doc = line.doc ?? docs.get(`${task} ${line.doc_id}`);
    if (!doc)
      throw new FileError(`${path}: line ${index + 1}: no line before it has the document ${shown(line.doc_id)}.`);
    if (cut && !tokenizers.has(cut.tokenizer)) {
      const directory = modelOf(cut.tokenizer);
      const tokenizer = directory === null ? null : await readTokenizer(directory);
      if (tokenizer) tokenizers.set(cut.tokenizer, tokenizer);
      else missing.add(`the tokenizer ${cut.tokenizer}; name the folder that holds model-${cut.tokenizer} by --base`);
    }
    if (benchmark === null) missing.add(`the benchmark ${task}, which is not in this version`);
    else if (!cut || tokenizers.has(cut.tokenizer)) {
      count += 1;
      const tokenizer = cut && tokenizers.get(cut.tokenizer)!;
      wrong.push(
        ...different(index, `${task} ${style} ${shown(doc.doc_id)}`, pairsOf(benchmark, line, doc, tokenizer)),
      );
    }
  }
  const skipped = [...missing].map((what) => ({ path, reason: `some of its lines need ${what}` }));
  return { replayed: count > 0 ? [{ path, measured: [], cases: { count, wrong } }] : [], skipped };
}

type Pair = readonly [what: string, ours: unknown, expected: unknown];

function pairsOf(benchmark: Benchmark, line: Line, row: Row, tokenizer: Tokenizer | undefined): Pair[] {
  const { cut, cut_text, dropped = false, prompt, answers, error = false } = line;
  try {
    const prepared = benchmark.prepare(row);
    const contextLength = cut?.context_length ?? 0;
    const doc = tokenizer && benchmark.cut ? benchmark.cut(prepared, { tokenizer, contextLength }) : prepared;
    const pairs: Pair[] = [
      ['dropped', doc === null, dropped],
      ['error', false, error],
    ];
    if (doc === null) return pairs;
    if (cut) pairs.push(['cut_text', doc[cut.field], cut_text]);
    if (prompt !== undefined) {
      const [request] = benchmark.requests(doc, []);
      pairs.push(['prompt', 'context' in request && request.context, prompt]);
    }
    if (answers) pairs.push(...answers.map((text): Pair => [`score of ${text}`, scoreOf(benchmark, doc, text), 1]));
    return pairs;
  } catch (thrown) {
    if (isTwillError(thrown)) return [['error', error ? true : thrown.message, error]];
    throw thrown;
  }
}

/** An answer itself must be taken for right. */
function scoreOf(benchmark: Benchmark, doc: Row, text: string): unknown {
  return Object.values(benchmark.score(doc, [{ kind: 'generate_until', text, ids: [], end: 'eos' }]))[0];
}

/** A file `fewshot-pool.<task>.json`: every row of it is a sound example. */
export function replayPool(path: string): ReplayedEvals {
  const benchmark = benchmarkCalled(basename(path).split('.')[1]);
  if (benchmark === null) return { replayed: [], skipped: [{ path, reason: 'its benchmark is not in this version' }] };
  const rows = poolIn(path);
  const wrong = rows.flatMap((row, index) =>
    different(index, JSON.stringify(row), [['example', exampleOf(benchmark, row), true]]),
  );
  return { replayed: [{ path, measured: [], cases: { count: rows.length, wrong } }], skipped: [] };
}

/** True, or what is wrong with a row as an example. */
function exampleOf(benchmark: Benchmark, row: Row): unknown {
  try {
    const doc = benchmark.prepare(row);
    return benchmark.requests(doc, [doc]).length > 0;
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
}

function isLine({ task, style, doc, doc_id, cut }: Record<string, unknown>): boolean {
  const hasDocument = (typeof doc === 'object' && doc !== null) || (doc_id !== undefined && typeof cut === 'object');
  return typeof task === 'string' && (style === 'once' || style === 'twice') && hasDocument;
}
