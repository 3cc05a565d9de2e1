import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readTokenizer, readTokenizerFiles } from './node.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-tokenizer-'));
afterAll(() => rmSync(home, { recursive: true }));

function directory(name: string, files: Record<string, string>): string {
  const path = join(home, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const json = JSON.stringify({
  added_tokens: [{ id: 1, content: '</s>', special: true }],
  model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
});
const model = directory('model', {
  ...{ 'tokenizer.json': json, 'tokenizer_config.json': '{"eos_token":"</s>"}', 'chat_template.jinja': 'x' },
  'config.json': '{}',
});

it('reads the tokenizer of a directory, with what stands beside it', async () => {
  for (const path of [model, `${model}/`, join(model, 'tokenizer.json')]) {
    const tokenizer = await readTokenizer(path);
    expect([tokenizer?.eosId, tokenizer?.chatTemplates.get('default')]).toEqual([1, 'x']);
  }
});

it('reads a file of any name alone', async () => {
  const other = directory('other', { 'mine.json': json, 'tokenizer_config.json': '{"eos_token":"</s>"}' });
  expect((await readTokenizer(join(other, 'mine.json')))?.eosId).toBe(null);
});

it('finds none where the model reads bytes', async () => {
  expect(await readTokenizer(directory('bytes', { 'config.json': '{}' }))).toBe(null);
});

it('gives the texts of the files that it reads, and no others', async () => {
  const files = readTokenizerFiles(model) ?? {};
  expect(Object.keys(files)).toEqual(['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']);
  const digests = [model, directory('copy', files as Record<string, string>)].map(async (path) =>
    (await readTokenizer(path))?.digest(),
  );
  expect(await digests[0]).toBe(await digests[1]);
  expect(readTokenizerFiles(join(home, 'bytes'))).toBe(null);
});

it('refuses what it cannot read by its path', async () => {
  const refused = (path: string) =>
    readTokenizer(path).then(
      () => 'nothing',
      (error) => [error.name, error.message.replaceAll(home, '')],
    );
  writeFileSync(join(home, 'broken.json'), '{"model":');
  expect([
    await refused(directory('pieces', { 'tokenizer.model': 'x' })),
    await refused(join(home, 'nowhere')),
    await refused(join(home, 'pieces/tokenizer.model')),
    await refused(join(home, 'broken.json')),
    await refused(directory('bad', { 'tokenizer.json': json, 'tokenizer_config.json': '{"eos_token":"<x>"}' })),
  ]).toMatchInlineSnapshot(`
    [
      [
        "FileError",
        "/pieces: its tokenizer is in tokenizer.model, which is not read, and it has no tokenizer.json; let Transformers write a tokenizer.json: AutoTokenizer.from_pretrained(...).save_pretrained(...).",
      ],
      [
        "FileError",
        "/nowhere: does not exist; check the path.",
      ],
      [
        "FileError",
        "/pieces/tokenizer.model: such a file is not read; let Transformers write a tokenizer.json: AutoTokenizer.from_pretrained(...).save_pretrained(...).",
      ],
      [
        "FileError",
        "/broken.json: it is no JSON (Unexpected end of JSON input); check the file.",
      ],
      [
        "FileError",
        "/bad/tokenizer_config.json: its eos_token is "<x>", which /bad/tokenizer.json does not have; add it to the added_tokens there, or correct the name.",
      ],
    ]
  `);
});
