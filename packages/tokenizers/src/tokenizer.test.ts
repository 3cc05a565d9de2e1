import { rng } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { byteTokenizer, tokenizerFromJson } from './index.ts';

/** A byte-level vocabulary of all bytes and a few merges. */
function small(more: object = {}) {
  const bytes = Array.from({ length: 256 }, (_, b) => b).map((b) =>
    (b > 32 && b < 127) || (b > 160 && b !== 173) ? String.fromCharCode(b) : null,
  );
  let next = 256;
  const tokens = [...bytes.map((c) => c ?? String.fromCharCode(next++)), 'th', 'the', '\u0120the'];
  return {
    added_tokens: [{ id: 259, content: '<eos>', special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: ['t h', 'th e', '\u0120 the'],
    },
    ...more,
  };
}

const made = (more?: object) => tokenizerFromJson(JSON.stringify(small(more)), { path: 'a.json' });

describe('a tokenizer', () => {
  it('has a vocabulary, special tokens and names', () => {
    const tokenizer = made();
    expect([tokenizer.kind, tokenizer.vocabSize]).toEqual(['BPE', 260]);
    expect([...tokenizer.specialTokens]).toEqual([['<eos>', 259]]);
    expect([...tokenizer.encode('the the<eos>')]).toEqual([257, 258, 259]);
    expect(tokenizer.decode([257, 258, 259], { skipSpecialTokens: true })).toBe('the the');
    expect([tokenizer.tokenToId('the'), tokenizer.idToToken(257), tokenizer.tokenToId('x y')]).toEqual([
      257,
      'the',
      null,
    ]);
  });

  it.each([
    ['bytes', byteTokenizer()],
    ['byte level', made()],
  ] as const)('of %s gives every text back', (_, tokenizer) => {
    const random = rng(7);
    for (let i = 0; i < 300; i++) {
      const source = random.fork(i);
      const text = Array.from(source.ints(source.int(40), 0x2ff), (c) =>
        String.fromCodePoint(c % 7 === 0 ? 0x1f600 + c : c),
      ).join('');
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      const stream = tokenizer.decodeStream();
      expect([...ids].map((id) => stream.push(id)).join('') + stream.end()).toBe(text);
    }
  });

  it('keeps a character whole while it streams, and a cut one to the end', () => {
    const stream = byteTokenizer().decodeStream();
    expect([0xf0, 0x9f, 0x98, 0x80, 0xe2].map((id) => stream.push(id))).toEqual(['', '', '', '\u{1f600}', '']);
    expect(stream.end()).toBe('\ufffd');
  });

  it('tells itself from another by its digest, however the file is spaced', async () => {
    const text = JSON.stringify(small(), null, 2);
    expect(await tokenizerFromJson(text).digest()).toBe(await made().digest());
    expect(await made({ added_tokens: [] }).digest()).not.toBe(await made().digest());
    expect(await byteTokenizer().digest()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves out what its model has no token for, as Hugging Face does, and counts no id for it', () => {
    const tokenizer = tokenizerFromJson(
      JSON.stringify({ model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] }, pre_tokenizer: null }),
    );
    expect([...tokenizer.encode('axb')]).toEqual([0, 1]);
  });
});

describe('parts', () => {
  it('replace by a table of sentencepiece', () => {
    // A double array of one entry, "a" to "bc": the unit of the root, that of "a" with a leaf, and the leaf, a place in the texts.
    const units = new Uint32Array(128);
    units[0] = 1 << 10;
    units[1 ^ 0x61] = (2 << 10) | 0x100 | 0x61;
    units[1 ^ 0x61 ^ 2] = 0x80000000;
    const bytes = [...new Uint8Array(Uint32Array.of(512).buffer), ...new Uint8Array(units.buffer), 98, 99, 0];
    const normalizer = { type: 'Precompiled', precompiled_charsmap: btoa(String.fromCharCode(...bytes)) };
    const tokenizer = made({ normalizer, decoder: { type: 'ByteLevel' } });
    expect(tokenizer.decode(tokenizer.encode('xa\u00e4a\0'))).toBe('xbc\u00e4bc\0');
  });

  it('say what no token is there for when a text needs it', () => {
    const model = { type: 'BPE', vocab: { a: 0 }, merges: [], unk_token: '<unk>' };
    const tokenizer = made({ model, added_tokens: [], pre_tokenizer: null });
    expect([...tokenizer.encode('aa')]).toEqual([0, 0]);
    expect(() => tokenizer.encode('ab')).toThrow(
      /a.json: its model has no token for "b", and its unk_token "<unk>" is/,
    );
  });

  it('are the same where a model of sentencepiece is read word by word, and where it cannot be', () => {
    const vocab = { '▁': 0, a: 1, b: 2, '▁a': 3, 'b▁': 4 };
    const of = (merges: string[]) => [
      ...made({ model: { type: 'BPE', vocab, merges }, added_tokens: [], pre_tokenizer: null }).encode('b▁a▁▁ab'),
    ];
    expect(of(['▁ a'])).toEqual([2, 3, 0, 3, 2]);
    expect(of(['b ▁', '▁ a'])).toEqual([4, 1, 0, 3, 2]);
  });
});

describe('what is refused', () => {
  it.each<readonly [string, RegExp]>([
    ['{', /a.json: it is no JSON/],
    ['[]', /a.json is \[\] where an object is needed/],
    ['{}', /it has no model/],
    [JSON.stringify(small({ model: { type: 'Wordy' } })), /its model is "Wordy"; those known here are BPE/],
    [JSON.stringify(small({ decoder: { type: 'CTC' } })), /its decoder is of type "CTC", which is not known here/],
    [JSON.stringify(small({ pre_tokenizer: { type: 'Lines' } })), /pre_tokenizer is of type "Lines"/],
    [JSON.stringify(small({ added_tokens: [{ id: 3, content: '<eos>' }] })), /the added token "<eos>" has the id 3/],
    [JSON.stringify(small({ model: { ...small().model, merges: ['q uite'] } })), /has the merge 0, which needs "uite"/],
    ...(
      [
        [
          { normalizer: { type: 'Sequence', normalizers: [null] } },
          /its normalizer has normalizers\[0\] null where an/,
        ],
        [
          { normalizer: { type: 'Replace', pattern: { Regex: '(' }, content: '' } },
          /its normalizer has the pattern "\("/,
        ],
        [
          { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
          /a precompiled_charsmap of 3 bytes that/,
        ],
        [
          { decoder: { type: 'Strip', content: ' ' } },
          /its decoder has start undefined where a whole number is needed/,
        ],
        [{ pre_tokenizer: { type: 'Split', pattern: null } }, /its pre_tokenizer has pattern null where an object is/],
        [{ pre_tokenizer: { type: 'Punctuation', behavior: 'Kept' } }, /has the behavior "Kept"; those known are/],
        [
          { post_processor: { type: 'BertProcessing', cls: ['x'] } },
          /its post_processor has cls \["x"\] where a token/,
        ],
        [{ post_processor: { type: 'BertProcessing', cls: ['x', 9e3], sep: ['x', 1] } }, /adds the id 9000, which no/],
        [{ model: { ...small().model, dropout: 0.1 } }, /drops merges by chance \(dropout 0.1\); set it to null/],
        [
          { added_tokens: [], model: { type: 'Unigram', vocab: [['a', null]] } },
          /has the token 0 \["a", null\] where a text and a score/,
        ],
        [
          { added_tokens: [], model: { type: 'Unigram', vocab: [['a', 0]], unk_id: 4 } },
          /has unk_id 4, but its vocabulary ends at 0/,
        ],
        [{ added_tokens: [{ id: 300, content: '<a>' }] }, /"<a>" has the id 300, but the next free one is 259/],
      ] as const
    ).map(([more, message]) => [JSON.stringify(small(more)), message] as const),
  ])('%#', (text, message) => {
    expect(() => tokenizerFromJson(text, { path: 'a.json' })).toThrow(message);
  });

  it('of what is given to it', () => {
    const tokenizer = byteTokenizer();
    expect(() => tokenizer.encode(3 as never)).toThrow(/encode: the text is 3 where a string is needed/);
    expect(() => tokenizer.decode([256])).toThrow(/decode: 256 is no id of this tokenizer; .* from 0 to 255/);
    expect(() => tokenizer.decode('abc' as never)).toThrow(/where a list of ids is needed/);
    expect(() => tokenizer.decode([1], { skip: true } as never)).toThrow(/skip/);
    expect(() => tokenizer.encode('a', { addSpecialTokens: 1 } as never)).toThrow(
      /addSpecialTokens is 1; give true or false/,
    );
  });
});
