import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type TrainBpeOptions, tokenizerFromJson, trainBpe } from './index.ts';
import { trainingCases } from './train-bpe.test-data.ts';

const text = 'the cat sat on the mat, the hat on the cat '.repeat(20);

async function* stream(texts: readonly string[]) {
  for (const one of texts) yield one;
}

describe('trainBpe', () => {
  // sha256 of the merges as JSON, by `BpeTrainer` of Python's tokenizers 0.23.3 with the same texts and options. Three of them have merges by which a token is made in a second way.
  const recorded =
    'bfefe6b6d3c6260e df33b89cf7c86802 dfb0441f07a4fd67 74b62abefdf1ff26 5a1f53035cb8f9d8 c7d10c4bc0d3058f 42d6c0805dc99f92 5539be5498e769ff e3a7fb30cac47ac7 6c20f81ec165a269 5fce3fcce3e5cb31 fbf72a88e49d8691 22ff2b3ba181a445 4eb28180034b64bc e33999d8ab11fad0 ae91faaee57c0d2e'.split(
      ' ',
    );

  it.each(trainingCases.map((one, i) => [i, one] as const))(
    'gives the merges that Python gives, %i',
    async (i, one) => {
      const { texts, ...options } = one;
      const { merges } = JSON.parse(await trainBpe(stream(texts), options)).model;
      expect(createHash('sha256').update(JSON.stringify(merges)).digest('hex').slice(0, 16)).toBe(recorded[i]);
    },
  );

  it('writes a file with the ids of the vocabulary in their order, special tokens first', async () => {
    const file = await trainBpe([text], { vocabSize: 270, specialTokens: ['<s>', '</s>'] });
    expect(file).toMatch(/"vocab": \{\n {6}"<s>": 0,\n {6}"<\/s>": 1,\n {6}"!": 2,/);
    const tokenizer = tokenizerFromJson(file);
    expect(tokenizer.vocabSize).toBe(270);
    expect([...tokenizer.specialTokens]).toEqual([
      ['<s>', 0],
      ['</s>', 1],
    ]);
    expect(tokenizer.encode(text).length).toBeLessThan(text.length / 2);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('reads any text back that it was not trained on', async () => {
    const tokenizer = tokenizerFromJson(await trainBpe([text], { vocabSize: 300 }));
    for (const other of ['', '\0\u{10ffff}漢字 \u2028', 'm\u00fc\u00df', ' \t\n\u0085 ']) {
      expect(tokenizer.decode(tokenizer.encode(other))).toBe(other);
    }
  });

  it('stops where there is nothing to merge', async () => {
    expect(tokenizerFromJson(await trainBpe(['ab'], { vocabSize: 1000 })).vocabSize).toBe(257);
    expect(tokenizerFromJson(await trainBpe(['ab'], { vocabSize: 1000, minFrequency: 2 })).vocabSize).toBe(256);
  });

  it('says how far it is, and ends by what the listener throws', async () => {
    const long = Array.from({ length: 1e5 }, (_, i) => (i * 7919).toString(36)).join(' ');
    const seen: number[] = [];
    await trainBpe([long], { vocabSize: 400, onProgress: ({ words, tokens }) => seen.push(words + tokens) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const stop = new Error('stop');
    const onProgress = () => {
      throw stop;
    };
    await expect(trainBpe([long], { vocabSize: 400, onProgress })).rejects.toBe(stop);
  });

  it.each<[unknown, Partial<TrainBpeOptions>, RegExp]>([
    [[text], { vocabSize: 255 }, /trainBpe: vocabSize is 255/],
    [[text], { vocabSize: 256, specialTokens: ['<s>'] }, /vocabSize is 256/],
    [[text], { vocabSize: 300, specialTokens: [''] }, /specialTokens is \[""\]; give a list of names/],
    [[text], { vocabSize: 300, minFrequency: -1 }, /minFrequency is -1/],
    [[text], { vocabSize: 300, size: 3 } as never, /size/],
    [[text, 5], { vocabSize: 300 }, /a text is 5; give strings/],
    [text, { vocabSize: 300 }, /is given where texts are needed; give a list of them/],
    [[], { vocabSize: 300 }, /the texts hold no word/],
    [[''], { vocabSize: 300 }, /the texts hold no word/],
  ])('refuses %#', async (texts, options, message) => {
    await expect(trainBpe(texts as never, options as never)).rejects.toThrow(message);
  });
});
