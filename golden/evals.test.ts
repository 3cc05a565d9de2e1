// Goldens of evaluation in the folder, on WebAssembly: what is asked in text, what is written, and what these are made of.
import { fileURLToPath } from 'node:url';
import { dataOf, replayGoldens } from '@twilljs/parity/node';
import { device, mixers } from 'twilljs';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('evals/lm-eval', import.meta.url));

it('requests, generations and units are what the original makes of them', async () => {
  const outcome = await replayGoldens([folder], { mixers, device: await device({ name: 'wasm' }), label: 'wasm' });
  const counts = outcome.replayed.map(({ path, cases }) => [path.slice(folder.length + 1), cases?.count]);
  expect(Object.fromEntries(counts)).toMatchObject({
    ...{ 'requests-gpt2.jsonl': 39, 'requests-mistral.jsonl': 39, 'units.json': 143 },
    ...{ 'generate-gpt2.jsonl': 48, 'generate-mistral.jsonl': 48 },
  });
  expect(dataOf(outcome)).toMatchObject({ broken: [], cases: { wrong: [] } });
});
