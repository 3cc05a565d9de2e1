// One way to what a model says of texts, or of answers to questions: that of an evaluation, or what it stands beside.
import { untracked } from '@twilljs/tensor';
import { device, hybrid, initializer, mixers, readTokens, rng, scope, type TokenRequest } from 'twilljs';
import { serve } from '../lib/serve.ts';

export interface EvaluateJob {
  readonly config: object;
  /** `logits` stands beside `score`, `parts` beside `questions`. */
  readonly way: 'score' | 'logits' | 'questions' | 'parts';
  /** Texts of `length` tokens; or questions, about as long. */
  readonly count: number;
  readonly length: number;
}

export interface EvaluateHello {
  readonly label: string;
  /** MB that the process has before it works. */
  readonly resident: number;
  /** In a piece of work. */
  readonly tokens: number;
}

export interface Evaluated {
  /** Of the processor: what else runs on the machine takes none of them. */
  readonly seconds: number;
}

/** In one forward, as in `readTokens`. */
const TOKENS_AT_ONCE = 2048;
/** Of a question, and tokens of each. */
const CHOICES = 4;
const CHOICE = 8;

await serve(async ({ config, way, count, length }: EvaluateJob) => {
  const on = await device();
  const model = await hybrid(config, { mixers, init: initializer(1, 0.02) }).to(on);
  const { vocab_size } = model.config.model;
  const random = rng(1);
  const text = (n: number) => random.ints(n, vocab_size);
  /** All but the first id, which is its context. */
  const ofText = (ids: Int32Array): TokenRequest => ({ context: ids.subarray(0, 1), continuation: ids.subarray(1) });
  const texts = Array.from({ length: count }, () => text(length + 1));

  /** As many texts in one forward as `readTokens` takes; their logits are there at once. */
  const logits = async () => {
    const rows = Math.max(1, Math.floor(TOKENS_AT_ONCE / length));
    for (let i = 0; i < count; i += rows) {
      const some = texts.slice(i, i + rows);
      const data = new Int32Array(some.length * length);
      for (const [row, ids] of some.entries()) data.set(ids.subarray(0, -1), row * length);
      untracked(() => scope(() => void model.logits({ data, shape: [some.length, length] })));
    }
  };

  const questions = Array.from({ length: count }, () => {
    const context = text(length - (length >> 1) + random.int(length));
    return { context, choices: Array.from({ length: CHOICES }, () => text(CHOICE)) };
  });
  const asked = questions.flatMap(({ context, choices }) =>
    choices.map((continuation): TokenRequest => ({ context, continuation })),
  );
  const contexts = questions.map(
    ({ context }): TokenRequest => ({
      context: context.subarray(0, -1),
      continuation: context.subarray(-1),
    }),
  );
  /** Each after a token of its own, with which nothing else begins. */
  const alone = asked.map(({ continuation }) => ofText(Int32Array.of(random.int(vocab_size), ...continuation)));

  const ways = {
    score: async () => void (await readTokens(model, texts.map(ofText))),
    logits,
    questions: async () => void (await readTokens(model, asked)),
    async parts() {
      await readTokens(model, contexts);
      await readTokens(model, alone);
    },
  };
  const ofQuestions = questions.reduce((n, { context }) => n + context.length, CHOICES * (CHOICE - 1) * count);
  const tokens = way === 'questions' || way === 'parts' ? ofQuestions : count * length;
  return {
    hello: { label: on.label, resident: process.memoryUsage().rss / 1e6, tokens } satisfies EvaluateHello,
    async work() {
      const before = process.cpuUsage();
      await ways[way]();
      const { user, system } = process.cpuUsage(before);
      return { seconds: (user + system) / 1e6 } satisfies Evaluated;
    },
  };
});
