// Readers of tokenizers, as a thread attacks them: what is accepted encodes and decodes, what is refused is told by the file and the cause.
import { readFileSync } from 'node:fs';
import { tokenizerFromFiles, tokenizerFromJson } from '@twilljs/tokenizers';
import { json, jsonOf, textOf } from './formats.ts';
import type { FileReader } from './refusal.ts';

const mixed = new URL('../../golden/tokenizers-mixed/cases.ndjson', import.meta.url);

/** Small models of every kind. */
const pieces = ['<unk>', 'a', 'b', 'c', '##b', 'b</w>', '▁', 'Ġ', 'é', '<0x41>', 'ab', '▁a', 'abc', '##bc'];
const vocab = Object.fromEntries(pieces.map((token, id) => [token, id]));
const tiny: readonly object[] = [
  { ...{ type: 'BPE', unk_token: '<unk>', byte_fallback: true, fuse_unk: true }, vocab, merges: ['a b', ['▁', 'a']] },
  { ...{ type: 'BPE', continuing_subword_prefix: '##', ignore_merges: true }, vocab, merges: [['a', '##b']] },
  { type: 'Unigram', unk_id: 0, byte_fallback: true, vocab: pieces.map((token, i) => [token, -i / 3]) },
  { type: 'WordPiece', unk_token: '<unk>', max_input_chars_per_word: 20, vocab },
  { type: 'WordLevel', unk_token: '<unk>', vocab },
];
const [bos, word] = [pieces.length, pieces.length + 1];
const added = [
  { id: bos, content: '<s>', special: true, normalized: false, lstrip: false, rstrip: true, single_word: false },
  { id: word, content: 'whale', special: false, normalized: true, lstrip: true, rstrip: false, single_word: true },
];
const post = {
  ...{ type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }] },
  special_tokens: { '<s>': { id: '<s>', ids: [bos], tokens: ['<s>'] } },
};

const texts = ['', 'abc a b', '  <s> whale é漢\u{1f600}\n', 'ab'.repeat(40), '\0\ufeff\u0085 \ud800x'];

/** The parts of the goldens, around models that are small. */
function samples(): Uint8Array[] {
  const rows = readFileSync(mixed, 'utf8').trim().split('\n').slice(1, 60);
  return rows.map((row, i) => {
    const { added_tokens: _, post_processor: __, ...parts } = JSON.parse(row).file;
    return jsonOf({ added_tokens: added, post_processor: post, ...parts, model: tiny[i % tiny.length] });
  });
}

/** Bytes that a reading may allocate beyond twice its file. */
const ALLOWED = 1e6;

const PATH = 'dir/tokenizer.json';

const ofFile: FileReader = {
  ...{ name: 'tokenizer.json', share: 5, samples: samples(), format: json, allowed: ALLOWED },
  take: async (bytes) => tokenizerFromJson(textOf(bytes), { path: PATH }),
  read(bytes) {
    const tokenizer = tokenizerFromJson(textOf(bytes), { path: PATH });
    for (const text of texts) {
      const ids = tokenizer.encode(text);
      if (`${tokenizer.encode(text)}` !== `${ids}`) return 'gives other ids the second time';
      if (ids.some((id) => tokenizer.idToToken(id) === null)) return `gives an id without a token: ${ids}`;
      const stream = tokenizer.decodeStream();
      const said = Array.from(ids, (id) => stream.push(id)).join('') + stream.end();
      if (said !== tokenizer.decode(ids)) return 'says other text token by token';
    }
    return null;
  },
};

const config = {
  ...{ bos_token: '<s>', eos_token: { content: 'whale', lstrip: false }, pad_token: null, model_max_length: 1e30 },
  chat_template: [
    { name: 'default', template: '{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}' },
    { name: 'tool_use', template: '{{ tools }}' },
  ],
};

const ofConfig: FileReader = {
  ...{ name: 'tokenizer_config.json', share: 1, samples: [jsonOf(config)], format: json, allowed: ALLOWED },
  take: async (bytes) => withConfig(bytes),
  read(bytes) {
    const { bosId, eosId, padId, vocabSize, chatTemplates } = withConfig(bytes);
    if ([bosId, eosId, padId].some((id) => id !== null && !(id >= 0 && id < vocabSize))) return 'names no id';
    return [...chatTemplates.values()].every((text) => typeof text === 'string') ? null : 'has a template of no text';
  },
};

const withConfig = (bytes: Uint8Array) =>
  tokenizerFromFiles(
    { 'tokenizer.json': textOf(ofFile.samples[0]), 'tokenizer_config.json': textOf(bytes) },
    { path: 'dir' },
  );

export const ofTokenizers = (): readonly FileReader[] => [ofFile, ofConfig];
