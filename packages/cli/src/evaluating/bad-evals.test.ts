// Wrong calls of twill eval --tasks and broken data: each is refused with exit code 2 and a message with its file and line, and changes nothing.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capture } from '../capture.ts';
import { refused } from './refused.test-data.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-bad-evals-')));

const question = { goal: 'How does one open a tin?', sol1: 'With a tin opener.', sol2: 'With a song.', label: 0 };
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const { sol2: _, ...without } = question;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Rows of a task of two choices, each file broken in its way. */
const broken: readonly [path: string, content: string | Uint8Array, message: RegExp][] = [
  ['json.jsonl', `${lines(question)}\n{"goal": `, /json\.jsonl, line 2: it is no JSON \(.*\); correct it/],
  ['list.jsonl', '[]', /list\.jsonl, line 1: it holds no object/],
  ['latin.jsonl', Uint8Array.of(0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d), /latin\.jsonl, line 1: it is not UTF-8/],
  ['column.jsonl', lines(question, without), /column\.jsonl, line 2: there is no column "sol2"/],
  ['kind.jsonl', lines({ ...question, goal: 3 }), /kind\.jsonl, line 1: column "goal" is 3 where a string is needed/],
  ['null.jsonl', lines({ ...question, sol1: null }), /null\.jsonl, line 1: column "sol1" is null/],
  [
    'label.jsonl',
    lines({ ...question, label: 'one' }),
    /label\.jsonl, line 1: column "label" is "one" where a whole number/,
  ],
  ['gold.jsonl', lines(question, { ...question, label: 7 }), /gold\.jsonl, line 2: .*7/],
  ['empty.jsonl', '', /has no rows/],
  ['open.json', `[${lines(question)},`, /open\.json, line 1: the list is not closed/],
  ['comma.json', `[${lines(question)},\n]`, /comma\.json, line 2: row 2 is no JSON/],
  ['inner.json', `[\n${lines(question)},\n{"goal": }\n]`, /inner\.json, line 3: row 2 is no JSON/],
  ['number.json', '3', /number\.json is no list of objects/],
  ['after.json', `[${lines(question)}]\n,`, /after\.json, line 2: something follows the list/],
  ['fields.csv', 'goal,sol1,sol2,label\na,b,c\n', /fields\.csv, line 2: it has 3 fields where there are 4 columns/],
  ['quote.csv', 'goal,sol1,sol2,label\n"a,b,c,0\n', /quote\.csv, line 2: a quote is not closed/],
  ['head.csv', 'goal,goal,sol2,label\na,b,c,0\n', /head\.csv, line 1: the column goal is there twice/],
  ['names.csv', 'question,sol1,sol2,label\na,b,c,0\n', /names\.csv, line 2: there is no column "goal"/],
  ['word.csv', 'goal,sol1,sol2,label\na,b,c,first\n', /word\.csv, line 2: column "label" is "first"/],
  ['tabs.tsv', 'goal,sol1,sol2,label\na,b,c,0\n', /tabs\.tsv, line 2: there is no column "goal"/],
  ['none.parquet', 'PAR1', /none\.parquet is broken, /],
  ['text.jsonl.gz', lines(question), /text\.jsonl\.gz is broken, .*incorrect header/],
  ['cut.jsonl.gz', gzipSync(lines(question)).subarray(0, 30), /cut\.jsonl\.gz is broken, unexpected end of file/],
  ['text.jsonl.zst', lines(question), /text\.jsonl\.zst is broken, it does not begin as Zstandard/],
  ['inside.parquet.gz', 'x', /inside\.parquet\.gz: parquet is compressed inside/],
  ['notes.txt', 'x', /notes\.txt holds no rows by its name/],
];

const task = 'piqa';
const run = `eval runs/done --device cpu --tasks ${task}`;
const list = 'recall_twice';

const calls: readonly [line: string, message: RegExp][] = [
  ['eval runs/done --tasks', /argument missing/],
  ['eval --tasks lm', /^eval: no model is named; give its directory/],
  ['eval runs/done --tasks piqaa', /^eval: --tasks names piqaa where a task or a suite is needed; did you mean piqa\?/],
  ['eval runs/done --tasks zzzz', /twill eval --tasks list has all/],
  ['eval runs/done --tasks piqa,piqa', /--tasks names piqa twice; give it once/],
  ['eval runs/done --tasks piqa,', /--tasks names nothing where a task/],
  ['eval runs/done --tasks ./gone.mjs', /gone\.mjs: does not exist; check the path/],
  ['eval runs/done --tasks ./measure.mjs', /measure\.mjs: exports a measure where a benchmark or a suite is needed/],
  ['eval runs/done --tasks ./half.mjs', /half\.mjs: its benchmark has no title where a text of one line is needed/],
  [
    'eval runs/done --tasks ./sum.mjs',
    /sum\.mjs: its benchmark has the metrics \[.* where a list of metrics, each with a name and an aggregation/,
  ],
  ['eval runs/done --tasks ./fault.mjs', /fault\.mjs: cannot be loaded, /],
  ['eval runs/done --tasks ./bare.mjs', /bare\.mjs: exports no mixer, task, measure, figure, benchmark or suite/],
  ['eval runs/gone --tasks piqa --data good', /^eval: runs\/gone: is no directory here, and of the Hub: /],
  ['eval good --tasks piqa --data good --out out', /^eval: good: .*config\.json/],
  [`${run} --data good --limit 0`, /--limit is "0" where an integer from 1/],
  [`${run} --data good --limit some`, /--limit is "some"/],
  [`${run} --data good --limit 1.5`, /--limit is "1\.5"/],
  [`${run} --data good --shots -1`, /--shots is "-1"/],
  [`${run} --data good --max-length 1`, /--max-length is "1"/],
  [`${run} --data good --limit 1 --limit 2`, /--limit is given twice/],
  [`${run} --data good --seed x`, /--seed is "x"/],
  [`${run} --data good --shots 2`, /piqa: good has no split train of it, which the examples of --shots come from;/],
  [`${run} --data nowhere`, /nowhere: does not exist; check the path/],
  [
    `${run} --data bad/json.jsonl`,
    /bad\/json\.jsonl is a file; name a directory, or say of which task: --data task=bad\/json\.jsonl/,
  ],
  [
    `${run} --data bad`,
    /bad has no split validation of it; baber\/piqa\/validation\*\.\{parquet,jsonl,json,csv\} is expected there, with the columns goal, sol1, sol2, label\. It is the split/,
  ],
  [`${run} --data several`, /validation\.csv and validation\.jsonl both may be the split validation/],
  [`${run} --data parts`, /validation-00000-of-00002\.jsonl is one of 2 parts but 1 is here/],
  [`${run} --data copa=bad/json.jsonl`, /--data copa=bad\/json\.jsonl is for copa, which --tasks does not name/],
  [`${run} --data piqa=gone.jsonl`, /gone\.jsonl: does not exist; check the path/],
  [
    `${run} --data piqa=rows.jsonl --shots 1`,
    /rows\.jsonl has the rows that are asked, but examples come from the split train/,
  ],
  [`${run} --data piqa=rows.jsonl --data piqa=folder`, /--data gives baber\/piqa two places, rows\.jsonl and folder/],
  [`${run} --data piqa=folder`, /folder: it has no split validation; validation\.jsonl is expected there/],
  [run, /the network is not used .* Or give --data DIR with baber\/piqa\/validation\*/],
  [`${run} --data good --task text`, /--task does not go with --tasks/],
  [
    `${run} --data good --length 16`,
    /--length does not go with these --tasks, none of which makes its documents by it/,
  ],
  [`${run} --data good --all`, /--all does not go with --tasks/],
  [`${run} --data good --column body`, /--column does not go with --tasks/],
  ['eval runs/done --limit 3', /--limit is about --tasks, which is not given/],
  ['eval runs/done --shots 3', /--shots is about --tasks, which is not given/],
  ['eval runs/done --task piqa --limit 3', /--task names piqa, which is a benchmark; ask for it by --tasks piqa/],
  ['eval runs/done --out x', /--out is about --tasks, which is not given/],
  [`${run} --data good --checkpoint 99`, /^eval: /],
  [`${run} --data good --adapter gone`, /^eval: /],
  [`${run} --data good --tokenizer gone`, /^eval: .*gone/],
  [`${run} --data good --out rows.jsonl`, /rows\.jsonl: is a file where a directory is needed/],
  [`eval runs/done --device cpu --tasks ${list} --data good`, /: good has no split validation of it/],
  [
    'eval runs/done --device cpu --tasks copa,piqa,boolq --data good',
    /super_glue: good has no split validation of it; .* Nor are there rows for boolq\. Rows are there for --tasks piqa\.$/m,
  ],
  [`${run} --data good --max-length 4 --out out`, /request 0: .*/],
];

beforeAll(async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  vi.stubEnv('HF_HUB_CACHE', join(work, 'hub'));
  process.chdir(work);
  write('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(20));
  const tiny = 'train --data book.txt --hidden-size 8 --layers 2 --length 16 --batch 2 --device cpu --steps 2';
  const { code, err } = await capture(`${tiny} --out runs/done`.split(' '));
  expect(code, err).toBe(0);
  for (const [path, content] of broken) write(`bad/${path}`, content);
  write('rows.jsonl', lines(question));
  write('good/piqa/validation.jsonl', lines(question, { ...question, label: 1 }));
  write('several/piqa/validation.jsonl', lines(question));
  write('several/piqa/validation.csv', 'goal,sol1,sol2,label\na,b,c,0\n');
  write('parts/piqa/validation-00000-of-00002.jsonl', lines(question));
  write('folder/readme.md', 'x');
  write('measure.mjs', "export default { name: 'm', title: 'm', kind: 'told', lines: () => [] };");
  write('half.mjs', "export default { name: 'half', requests: () => [] };");
  const quiz =
    "dataset: { id: 'a/b', splits: {}, columns: {} }, metrics: [{ name: 'm', aggregation: { name: 'sum' } }]";
  write('sum.mjs', `export default { name: 'sum', title: 'Sum', version: 1, requests: () => [], ${quiz} };`);
  write('fault.mjs', 'export default {');
  write('bare.mjs', 'export default 3;');
  const columnData = [{ name: 'label', data: [2n ** 60n], type: 'INT64' as const }];
  write('bad/big.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
  write('bad/torn.parquet', readFileSync('bad/big.parquet'));
  truncateSync('bad/torn.parquet', 40);
});
afterAll(() => {
  vi.unstubAllEnvs();
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

describe('wrong calls', () => {
  it.each(calls)('%s', refused);
});

describe('broken rows', () => {
  const further: typeof broken = [
    ['big.parquet', '', /big\.parquet, row 1: the number 1152921504606846976 is beyond 2\^53/],
    ['torn.parquet', '', /torn\.parquet is broken/],
  ];
  it.each([...broken, ...further])('%s', (path, _, message) => refused(`${run} --data piqa=bad/${path}`, message));
});

it('of what is right the results are written, and after Ctrl-C the answers are there', async () => {
  const line = `${run} --data good --out out-good`;
  const stop = new AbortController();
  stop.abort();
  const stopped = await capture(line.split(' '), stop.signal);
  expect(stopped.code, stopped.err).toBe(130);
  const { code, out, err } = await capture(line.split(' '));
  expect(code, err).toBe(0);
  expect(out).toMatch(/piqa +1 +none +0 +acc +↑ +[01]\.\d{4} +± +[01N]/);
  const again = await capture(`${line} --json`.split(' '));
  expect(again.err).toMatch(/answers {3}2 are kept in out-good\/answers/);
  expect(JSON.parse(again.out).results.piqa.n).toBe(2);
  const names = readdirSync('out-good').sort();
  expect(names.filter((name) => /^results_[\dT.-]+\.json$/.test(name))).toHaveLength(2);
  expect(names.filter((name) => /^samples_piqa_[\dT.-]+\.jsonl$/.test(name))).toHaveLength(2);
});

it('a list in JSON says what rows need', async () => {
  const { out } = await capture(['eval', '--tasks', 'list', '--json']);
  const { tasks } = JSON.parse(out) as { tasks: { name: string }[] };
  expect(tasks.find(({ name }) => name === 'piqa')).toMatchObject({
    dataset: { id: 'baber/piqa', splits: { evaluation: 'validation', shots: 'train' }, columns: { label: 'integer' } },
    metrics: [{ name: 'acc', higherIsBetter: true }, { name: 'acc_norm' }],
  });
  expect(tasks.find(({ name }) => name === 'mmlu_other')).toMatchObject({ members: { length: 13 } });
});

it('all tasks are listed without a model', async () => {
  const { code, out } = await capture(['eval', '--tasks', 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(/^lm: .*, 73 tasks$/m);
  expect(out).toMatch(/^ {2}piqa +PIQA +baber\/piqa, validation +acc, acc_norm$/m);
});
