// Decoding from an empty context, tokens per second: `pnpm bench decode`, or beside another checkout, `BASE=../other pnpm bench decode`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report } from './measure.ts';

const TOKENS = 100;
const ROUNDS = 40;

const place = (folder: string) => pathToFileURL(resolve(folder, 'packages/twilljs/src/index.ts')).href;
type Twill = typeof import('twilljs');

const checkouts: [string, Twill][] = [['here', await import('twilljs')]];
if (process.env.BASE) checkouts.push(['base', await import(place(process.env.BASE))]);

const models = { transformer: { num_heads: 2 }, gated_deltanet: { num_heads: 2, expand_v: 1 } };

/** One run: seconds for `TOKENS` tokens after the first. */
async function decode({ generate }: Twill, model: Awaited<ReturnType<typeof make>>): Promise<number> {
  let start = 0;
  for await (const _ of generate(model, [1], { maxTokens: TOKENS + 1 })) start ||= performance.now();
  return (performance.now() - start) / 1000;
}

function make({ hybrid, mixers, device }: Twill, model_type: string, width: number) {
  const fields = { hidden_size: width, num_hidden_layers: 4, intermediate_size: 2 * width, vocab_size: 256 };
  const heads = models[model_type as keyof typeof models];
  const config = { model_type, ...fields, ...heads, ...('expand_v' in heads && { head_dim: width / 2 }) };
  return device().then((on) => hybrid(config as Parameters<typeof hybrid>[0], { mixers }).to(on));
}

for (const model_type of Object.keys(models)) {
  for (const width of [48, 128]) {
    const made = await Promise.all(
      checkouts.map(async ([, twill]) => [twill, await make(twill, model_type, width)] as const),
    );
    const best = made.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [twill, model]] of made.entries()) best[i] = Math.min(best[i], await decode(twill, model));
    }
    const [own, floor] = best.map((seconds) => TOKENS / seconds);
    const ratio = floor === undefined ? {} : { ratio: own / floor, floor: 'the other checkout' };
    report({ benchmark: 'decode', case: `${model_type}, width ${width}`, value: own, unit: 'tokens/s', ...ratio });
  }
}
