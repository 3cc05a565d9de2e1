// Texts to train on, drawn from seeds: what Python's trainer makes of them is recorded in the test.
import { rng } from '@twilljs/tensor';

export interface TrainingCase {
  readonly texts: readonly string[];
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly specialTokens: readonly string[];
}

const alphabets = [
  'ab',
  'aab ',
  'a',
  ' \n',
  'the cat sat on ',
  'é漢😀 a\u0301\u3000',
  "don't we'll 12½ {x}\t",
  'abcdefghij  ',
];

/** Long words of few letters are where one token can be made in two ways. */
export const trainingCases: readonly TrainingCase[] = alphabets.flatMap((letters, i) =>
  [0, 1].map((j) => {
    const random = rng(i).fork(j);
    const characters = [...letters];
    const texts = Array.from({ length: 5 + random.int(50) }, () =>
      Array.from({ length: 1 + random.int(j ? 400 : 40) }, () => characters[random.int(characters.length)]).join(''),
    );
    return {
      texts,
      vocabSize: 300 + random.int(300),
      minFrequency: 3 * j,
      specialTokens: j ? ['<s>', 'ab', '<s>'] : [],
    };
  }),
);
