// All of a text against one forward per byte.
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, rng } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { score } from './score.ts';
import { evaluateWhole } from './whole.ts';

const model = await hybrid(
  {
    model_type: 'gated_deltanet',
    vocab_size: 256,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_heads: 2,
    intermediate_size: 16,
  },
  { mixers: [gatedDeltanet], init: initializer(1, 0.3) },
).to(cpu());
const tokens = Uint8Array.from(rng(2).ints(61, 256));

/** Bits of byte `at`, from the `context` bytes before it. */
async function bitsOf(at: number, context: number): Promise<number> {
  const inputs = Int32Array.from(tokens.subarray(at - context, at));
  const labels = new Int32Array(context).fill(-100);
  labels[context - 1] = tokens[at];
  const { nats } = await score(model, { inputs, labels, B: 1, T: context });
  return nats[context - 1] / Math.LN2;
}

it('predicts every byte but the first once, with as much before it as its window has', async () => {
  const [length, warmup] = [16, 6];
  const parts: number[][] = [];
  const { bitsPerToken, windows, byPosition } = await evaluateWhole(model, tokens, {
    length,
    warmup,
    onPart: (done, of) => parts.push([done, of]),
  });
  // Windows start at 0, 10, 20, ...: byte 17 is the first that the second one counts, after 7 bytes.
  const expected = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      bitsOf(i + 1, i < length ? i + 1 : warmup + 1 + ((i - length) % (length - warmup))),
    ),
  );
  expect(bitsPerToken.count).toBe(60);
  expect(windows).toBe(6);
  expect(parts).toEqual([[6, 6]]);
  expect(bitsPerToken.mean).toBeCloseTo(expected.reduce((a, b) => a + b) / 60, 4);
  expect(byPosition.every((bits) => bits !== null)).toBe(true);
});

it('takes a text of one window, and refuses a shorter one', async () => {
  const one = await evaluateWhole(model, tokens, { length: 60, warmup: 0 });
  expect([one.windows, one.bitsPerToken.count]).toEqual([1, 60]);
  await expect(evaluateWhole(model, tokens, { length: 61, warmup: 0 })).rejects.toThrow('the corpus has 61 tokens');
  await expect(evaluateWhole(model, tokens, { length: 8, warmup: 8 })).rejects.toThrow('warmup is 8');
  await expect(evaluateWhole(model, tokens, { length: 8, warmpu: 2 } as never)).rejects.toThrow('did you mean warmup?');
});
