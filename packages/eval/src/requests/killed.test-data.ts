// Answers many requests on WebAssembly with a file of answers, telling of each batch: a process that is there to be killed.
import { attention } from '@twilljs/attention';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { byteTokenizer } from '@twilljs/tokenizers';
import { device } from 'twilljs';
import { openAnswers } from '../node.ts';
import { answerRequests } from './answer.ts';
import type { Request } from './request.ts';

export const tokenizer = byteTokenizer();
export const maxLength = 96;

export async function smallModel(): Promise<LanguageModel> {
  const config = {
    ...{ model_type: 'gated_deltanet', hidden_size: 16, num_hidden_layers: 2, num_heads: 2, head_dim: 4, expand_v: 1 },
    ...{ intermediate_size: 16, attn: { layers: [1], num_heads: 2 }, vocab_size: 256 },
  };
  const made = hybrid(config, { mixers: [attention, gatedDeltanet], init: initializer(5, 0.4) });
  return made.to(await device({ name: 'wasm' }));
}

const words = ['amber', 'barley', 'copper', 'dawn', 'ember', 'ferry', 'goose'];
const sentence = (n: number, length: number) =>
  Array.from({ length }, (_, i) => words[(n * 31 + i * i + i) % words.length]).join(' ');

/** Choices with one context, texts in windows, and what is written. */
export const requests: readonly Request[] = Array.from({ length: 60 }, (_, n): Request[] => {
  const context = `${n} ${sentence(n, 5 + (n % 9))}`;
  const choices = words
    .slice(0, 4)
    .map((word): Request => ({ kind: 'loglikelihood', context, continuation: ` ${word}` }));
  const text: Request = { kind: 'loglikelihood_rolling', text: sentence(n, 20 + n) };
  const written: Request = { kind: 'generate_until', context, options: { until: ['.'], maxTokens: 8 } };
  return [...choices, ...(n % 4 === 0 ? [text] : []), ...(n % 6 === 0 ? [written] : [])];
}).flat();

const [, , run, directory] = process.argv;
if (run === 'to be killed') {
  const model = await smallModel();
  using answers = await openAnswers(directory, { model, tokenizer, maxLength });
  let computed = 0;
  const store = {
    get: answers.get.bind(answers),
    put: async (batch: Parameters<typeof answers.put>[0]) => {
      await answers.put(batch);
      computed += batch.length;
      console.log(`kept ${batch.length}`);
    },
  };
  const found = await answerRequests(requests, { model, tokenizer, maxLength, answers: store });
  console.log(JSON.stringify({ found: answers.found, computed, answers: found }));
}
