import { describe, expect, it } from 'vitest';
import { tokenizerFromFiles, tokenizerFromJson } from './index.ts';

const json = JSON.stringify({
  added_tokens: [
    { id: 2, content: '<s>', special: true },
    { id: 3, content: '</s>', special: true },
  ],
  model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] },
});
const from = (config: object, more: object = {}) =>
  tokenizerFromFiles(
    { 'tokenizer.json': json, 'tokenizer_config.json': JSON.stringify(config), ...more },
    { path: 'm' },
  );

describe('a tokenizer from files', () => {
  it('has the tokens of beginning, end and padding', () => {
    const { bosId, eosId, padId, chatTemplates } = from({
      bos_token: '<s>',
      eos_token: { content: '</s>' },
      pad_token: null,
    });
    expect([bosId, eosId, padId, chatTemplates.size]).toEqual([2, 3, null, 0]);
    const map = from({ eos_token: '</s>' }, { 'special_tokens_map.json': '{"eos_token":"<s>","pad_token":"a"}' });
    expect([map.bosId, map.eosId, map.padId]).toEqual([null, 3, 0]);
    const alone = tokenizerFromFiles({ 'tokenizer.json': json });
    expect([alone.bosId, alone.eosId, alone.padId]).toEqual([null, null, null]);
  });

  it('has chat templates: one, several with names, or a file of its own before them', () => {
    expect([...from({ chat_template: 'x' }).chatTemplates]).toEqual([['default', 'x']]);
    const list = [
      { name: 'default', template: 'x' },
      { name: 'tool_use', template: 'y' },
    ];
    expect([...from({ chat_template: list }, { 'chat_template.jinja': 'z' }).chatTemplates]).toEqual([
      ['default', 'z'],
      ['tool_use', 'y'],
    ]);
  });

  it('is another tokenizer where documents end otherwise', async () => {
    const digests = [
      await tokenizerFromJson(json).digest(),
      await from({}).digest(),
      await from({ eos_token: '</s>' }).digest(),
      await from({ eos_token: '</s>', chat_template: 'x', model_max_length: 5 }).digest(),
    ];
    expect(digests[0]).toBe(digests[1]);
    expect(new Set(digests).size).toBe(2);
    expect(digests[2]).toBe(digests[3]);
  });

  it.each([
    [
      { eos_token: '<end>' },
      {},
      /m\/tokenizer_config.json: its eos_token is "<end>", which m\/tokenizer.json does not/,
    ],
    [{}, { 'special_tokens_map.json': '{"pad_token":"<p>"}' }, /m\/special_tokens_map.json: its pad_token is "<p>"/],
    [{ bos_token: 5 }, {}, /m\/tokenizer_config.json: bos_token is 5 where an object is needed/],
    [{ chat_template: 5 }, {}, /m\/tokenizer_config.json: its chat_template has 5/],
    [{ chat_template: [{ name: 'x' }] }, {}, /chat_template has \{/],
    [{ chat_template: [null] }, {}, /an entry of chat_template is null/],
    [{}, { 'special_tokens_map.json': '[' }, /m\/special_tokens_map.json: it is no JSON/],
    [{}, { 'tokenizer.json': '{}' }, /m\/tokenizer.json: it has no model/],
    [{}, { 'tokenizer.json': undefined }, /tokenizer.json is undefined where the text of a file is needed/],
    [{}, { 'tokenizers.json': '' }, /there is no option tokenizers.json; did you mean tokenizer.json/],
  ])('refuses %#', (config, more, message) => {
    expect(() => from(config, more)).toThrow(message);
  });
});
