// Wrong calls of tasks whose documents are made, and broken files that they are made from: refused with exit code 2 and the place, and nothing is lost.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { capture } from '../capture.ts';
import { refused } from './refused.test-data.ts';

const cwd = process.cwd();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'twill-bad-made-')));

const bytes = 'eval runs/done --device cpu';
const [essay, squad, hotpot, own] = ['niah_single_2', 'ruler_qa_squad', 'ruler_qa_hotpot', 'needle_in_text'];

const calls: readonly [line: string, message: RegExp][] = [
  [`${bytes} --tasks niah_single_9`, /niah_single_9 where a task or a suite is needed; did you mean niah_single_1\?/],
  [`${bytes} --tasks passkey --length 0`, /--length is "0" where an integer from 1 to 1048576 is needed/],
  [`${bytes} --tasks passkey --length -5`, /--length is "-5" where an integer from 1/],
  [`${bytes} --tasks passkey --length 1.5`, /--length is "1\.5" where an integer from 1/],
  [`${bytes} --tasks passkey --length long`, /--length is "long"/],
  [`${bytes} --tasks passkey --length 512 1024 512`, /--length is 512 twice; give each length once/],
  [`${bytes} --tasks passkey --length 20`, /passkey never fits 20 tokens: its answer alone has 32; give a greater/],
  [
    `${bytes} --tasks passkey --length 300`,
    /Passkey .* never fits 300 tokens: its smallest text has \d+ and the answer 32/,
  ],
  [`${bytes} --tasks niah_single_1 --length 100`, /niah_single_1 never fits 100 tokens: its answer alone has 128/],
  [`${bytes} --tasks ${essay} --length 1024`, /never fits 1024 tokens: its smallest text has \d+/],
  [
    `${bytes} --tasks ruler_vt --length 2048`,
    /the example of Variable tracking never fits 500 tokens: .* take a tokenizer of/,
  ],
  [
    `${bytes} --tasks ruler`,
    /documents of 4,096 tokens are asked for, and the model reads 2,048 at once by max_position_embeddings; .* --max-length 4096\./,
  ],
  [`${bytes} --tasks passkey --length 1024 --max-length 512`, /the model reads 512 at once by --max-length/],
  [`${bytes} --tasks passkey --limit 0`, /--limit is "0" where an integer from 1/],
  [`${bytes} --tasks passkey --seed -1`, /--seed is "-1"/],
  [`${bytes} --tasks piqa --seed 9007199254740991`, /--seed is 9007199254740991 and goes up to 9007199254739757 with/],
  [`${bytes} --tasks ruler --form other`, /--form is "other" where .*official.*lm-eval/],
  [`${bytes} --tasks ruler --form official --form lm-eval`, /--form is given twice/],
  [`${bytes} --tasks piqa --form official`, /--form does not go with these --tasks/],
  [`${bytes} --tasks passkey --form official`, /--form does not go with these --tasks/],
  [`${bytes} --tasks phonebook --length 512`, /--length does not go with these --tasks/],
  [`${bytes} --form official`, /--form is about --tasks, which is not given/],
  [`${bytes} --task passkey`, /--task names passkey, which is a benchmark; ask for it by --tasks passkey/],
  [
    `${bytes} --tasks phonebook --max-length 64`,
    /books of 20 entries are left out: one has \d+ tokens, the model reads 64/,
  ],
  [
    `${bytes} --tasks passkey --data passkey=good.txt`,
    /the documents of passkey are made without a file; leave it out/,
  ],
  [
    `${bytes} --tasks ruler --data ruler=good.txt`,
    /documents of ruler are made from several files; name one of its tasks/,
  ],
  [`${bytes} --tasks passkey --data ${squad}=x.json`, /is for ruler_qa_squad, which --tasks does not name/],
  [
    `${bytes} --tasks ${squad}`,
    /ruler_qa_squad: it is made from dev-v2\.0\.json of SQuAD 2\.0, which is not given; give it/,
  ],
  [`${bytes} --tasks ${own}`, /needle_in_text: it is made from a text of your own, which is not given/],
  [`${bytes} --tasks ruler_questions`, /ruler_questions: none of its tasks has the file that it is made from/],
  [
    `${bytes} --tasks ruler --data ${essay}=good.txt --data niah_single_3=short.txt`,
    /--data gives two files, good\.txt and short\.txt, for essays, or any text; tasks share it/,
  ],
  [`${bytes} --tasks ./own.mjs --data mine=good.txt`, /the documents of mine are made without a file/],
  [`${bytes} --tasks ./own.mjs --length 512`, /--length does not go with these --tasks/],
];

const question = { question: 'Who?', id: 'a', is_impossible: false, answers: [{ text: 'Ahab', answer_start: 0 }] };
const { is_impossible: _, ...ofFirst } = question;
const article = (qas: unknown, context: unknown = 'Ahab is.') => ({ title: 'A', paragraphs: [{ context, qas }] });
const asSquad = (...articles: unknown[]) => JSON.stringify({ version: 'v2.0', data: articles });
const asked = { question: 'Who?', answer: 'Ahab', context: [['Title', ['Ahab is.']]] };

/** The task, a file broken in its way, and the message. */
const broken: readonly [task: string, path: string, content: string | Uint8Array | null, message: RegExp][] = [
  [own, 'gone.txt', null, /gone\.txt: does not exist/],
  [own, 'folder', null, /folder: is a directory/],
  [own, 'empty.txt', '', /empty\.txt: there is no word in it/],
  [essay, 'blank.txt', ' \n\t ', /blank\.txt: there is no word in it/],
  [essay, 'latin.txt', Uint8Array.of(0x67, 0xe4, 0x68), /latin\.txt: .*UTF-8/],
  [
    own,
    'short.txt',
    'One. Two. Three.',
    /needle_in_text: the whole text has \d+ tokens with its needle, and a context of/,
  ],
  [essay, 'column.jsonl', '{"text": "a"}\n{"body": "b"}', /column\.jsonl, line 2: there is no column "text"/],
  [essay, 'number.jsonl', '{"text": 3}', /number\.jsonl, line 1: column "text" is 3, no text/],
  [essay, 'torn.jsonl', '{"text": "a"}\n{"text"', /torn\.jsonl, line 2: it is no JSON/],
  [essay, 'none.csv', 'title\na\n', /none\.csv, line 2: there is no column "text"/],
  [essay, 'text.parquet', 'PAR1', /text\.parquet is broken/],
  [squad, 'comma.json', '{"data": [\n,]}', /comma\.json: .*line 2, column 1/],
  [squad, 'list.json', '[]', /list\.json: holds a list where a JSON object/],
  [squad, 'bare.json', '{"version": "v2.0"}', /bare\.json: \{.*\} has no data/],
  [
    squad,
    'first.json',
    asSquad(article([ofFirst])),
    /first\.json: data\[0\]\.paragraphs\[0\]\.qas\[0\]: .* has no is_impossible/,
  ],
  [squad, 'paragraphs.json', asSquad(article([question]), {}), /data\[1\]: .* has no paragraphs/],
  [squad, 'context.json', asSquad(article([question], 3)), /data\[0\]\.paragraphs\[0\]\.context is 3 where a text/],
  [squad, 'qas.json', asSquad(article({})), /paragraphs\[0\]\.qas is \{\} where a list is needed/],
  [
    squad,
    'answers.json',
    asSquad(article([{ ...question, answers: [] }])),
    /qas\[0\]: it has no answer, and is_impossible/,
  ],
  [squad, 'never.json', asSquad(article([{ ...question, is_impossible: true }])), /no question in it has an answer/],
  [squad, 'no-data.json', asSquad(), /no-data\.json: no question in it has an answer/],
  [hotpot, 'inner.json', `[\n${JSON.stringify(asked)},\n{"question": }\n]`, /inner\.json, line 3: row 2 is no JSON/],
  [
    hotpot,
    'missing.json',
    JSON.stringify([asked, { ...asked, context: undefined }]),
    /missing\.json: \[1\]: .* has no context/,
  ],
  [
    hotpot,
    'flat.json',
    JSON.stringify([{ ...asked, context: ['a'] }]),
    /flat\.json: \[0\]\.context\[0\] is "a" where a list/,
  ],
  [hotpot, 'answer.json', JSON.stringify([{ ...asked, answer: 3 }]), /answer\.json: \[0\]\.answer is 3 where a text/],
  [hotpot, 'open.json', `[${JSON.stringify(asked)},`, /open\.json, line 1: the list is not closed/],
  [hotpot, 'nothing.json', '[]', /nothing\.json: no question in it has an answer/],
  [hotpot, 'rows.txt', 'x', /rows\.txt holds no rows by its name/],
];

beforeAll(async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  process.chdir(work);
  writeFileSync('book.txt', 'Call me Ishmael. Some years ago, never mind how long precisely. '.repeat(20));
  const tiny = 'train --data book.txt --hidden-size 8 --layers 2 --length 16 --batch 2 --device cpu --steps 2';
  const { code, err } = await capture(`${tiny} --out runs/done`.split(' '));
  expect(code, err).toBe(0);
  mkdirSync('folder');
  writeFileSync('good.txt', 'The whale swam on. It was white. '.repeat(200));
  for (const [, path, content] of broken) if (content !== null) writeFileSync(path, content);
  writeFileSync(
    'own.mjs',
    "const maker = { unit: 'tokens', settings: ['lengths'], file: null, make: async () => ({ rows: [], original: 0, notes: [] }) };\n" +
      "const aggregation = { name: 'mean', of: () => 0, stderr: null };\n" +
      "const dataset = { id: 'made', config: null, splits: { evaluation: 'test', shots: 'test' }, columns: {}, maker };\n" +
      "export default { name: 'mine', title: 'Mine', version: 1, kind: 'generate_until', aliases: [], source: 'x', published: [], dataset,\n" +
      "  metrics: [{ name: '64', higherIsBetter: true, aggregation }], shots: null,\n" +
      "  form: { description: '', targetDelimiter: ' ', shotDelimiter: '', answerPrefix: '' },\n" +
      '  prepare: (row) => row, target: () => 0, requests: () => [], score: () => ({}) };\n',
  );
});
afterAll(() => {
  vi.unstubAllEnvs();
  process.chdir(cwd);
  rmSync(work, { recursive: true });
});

describe('wrong calls', () => {
  it.each(calls)('%s', refused);
});

describe('broken files', () => {
  it.each(broken)('%s=%s', (task, path, _, message) =>
    refused(`${bytes} --tasks ${task} --length 2048 --data ${task}=${path}`, message),
  );
});

it('made documents are asked, after Ctrl-C the rest of them, and results have the form of the harness', async () => {
  const line = `${bytes} --tasks passkey,${own} --data ${own}=good.txt --length 768 1024 --limit 1 --out out`;
  const stop = new AbortController();
  stop.abort();
  const stopped = await capture(line.split(' '), stop.signal);
  expect(stopped.code, stopped.err).toBe(130);
  const { code, out, err } = await capture(`${line} --json`.split(' '));
  expect(code, err).toBe(0);
  expect(err).toMatch(/documents of 1,024 tokens are longer than the 16 that its run was trained on/);
  expect(err).toMatch(/passkey {2}22\/22 documents made/);
  expect(JSON.parse(out).results.passkey).toMatchObject({ n: 22, shots: 0, '768,none': 0 });
  expect(JSON.parse(out).notes).toEqual([`${own}: its sentences are split by Twill`]);
  const again = await capture(`${line} --json`.split(' '));
  expect(again.err).toMatch(/answers {3}44 are kept/);
  const [results] = readdirSync('out').filter((name) => name.startsWith('results_'));
  const json = JSON.parse(readFileSync(join('out', results), 'utf8'));
  expect(json['n-samples'].passkey).toEqual({ original: 220, effective: 22 });
  expect(json.results.passkey).toMatchObject({ '768,none': 0, '768_stderr,none': 'N/A', '1024,none': 0 });
  const samples = readFileSync(
    join('out', results.replace('results', 'samples_passkey').replace('.json', '.jsonl')),
    'utf8',
  );
  const first = JSON.parse(samples.split('\n')[0]);
  expect(first).toMatchObject({ 768: 0, 1024: -1, metrics: ['768', '1024'], doc: { max_length: 768, depth: 0 } });
}, 60_000);
