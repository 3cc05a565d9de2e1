// Training a tokenizer on texts, and encoding them with it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { tokenizerFromJson, trainBpe } from '@twilljs/tokenizers';
import { serve } from '../lib/serve.ts';

export interface TokenizeJob {
  /** A file with a list of texts. */
  readonly texts: string;
  readonly vocabSize: number;
  /** A tokenizer.json to encode with, which our side writes first. */
  readonly tokenizer: string;
}

export interface Tokenized {
  readonly seconds: number;
  /** Of what came out. */
  readonly sha256: string;
  readonly tokens: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

await serve(async ({ texts: file, vocabSize, tokenizer: path }: TokenizeJob) => {
  const texts = JSON.parse(readFileSync(file, 'utf8')) as string[];
  const train = async (): Promise<Tokenized> => {
    const start = performance.now();
    const json = await trainBpe(texts, { vocabSize });
    const seconds = (performance.now() - start) / 1000;
    writeFileSync(path, json);
    const { merges } = JSON.parse(json).model;
    return { seconds, sha256: sha256(JSON.stringify(merges)), tokens: merges.length };
  };
  await train();
  return {
    hello: { label: 'twill' },
    async work({ what }: { what: 'train' | 'encode' }) {
      if (what === 'train') return train();
      const tokenizer = tokenizerFromJson(readFileSync(path, 'utf8'));
      const start = performance.now();
      const ids = texts.map((text) => tokenizer.encode(text));
      const seconds = (performance.now() - start) / 1000;
      return {
        seconds,
        sha256: sha256(ids.map((list) => list.join()).join('\n')),
        tokens: ids.reduce((n, { length }) => n + length, 0),
      };
    },
  };
});
