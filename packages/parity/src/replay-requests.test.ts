// What is off in requests and generations is named, case by case. (That nothing is: golden/evals.test.ts.)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpu } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replayGoldens } from './node.ts';

const base = fileURLToPath(new URL('../../../golden/evals', import.meta.url));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'twill-requests-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('names what is off', async () => {
  const [line] = readFileSync(join(base, 'lm-eval/requests-gpt2.jsonl'), 'utf8').split('\n');
  const pair = JSON.parse(line);
  const off = { ...pair, ll: pair.ll * (1 + 1e-4), continuation_ids: [1], greedy: true };
  const lines = [pair, off, { ...pair, error: true }].map((one) => JSON.stringify(one));
  writeFileSync(join(home, 'requests-gpt2.jsonl'), lines.join('\n'));
  const outcome = await replayGoldens([home], { mixers, device: cpu(), base, label: '' });
  expect(outcome.replayed[0].cases).toMatchObject({
    count: 3,
    wrong: [
      { index: 1, what: 'continuation_ids', expected: [1] },
      { index: 1, what: 'll' },
      { index: 1, what: 'greedy', ours: false },
      { index: 2, what: 'error', ours: false, expected: true },
    ],
  });
});

it('names what was written otherwise, in f64', async () => {
  const lines = readFileSync(join(base, 'lm-eval/generate-gpt2.jsonl'), 'utf8').split('\n');
  const [right] = lines.map((line) => JSON.parse(line || 'null'));
  const off = { ...right, text: 'otherwise', ended: 'eos' };
  writeFileSync(join(home, 'generate-gpt2.jsonl'), [right, off].map((one) => JSON.stringify(one)).join('\n'));
  const outcome = await replayGoldens([home], { mixers, device: cpu({ float: 'f64' }), base, label: '' });
  expect(outcome.replayed[0].cases).toMatchObject({
    count: 2,
    wrong: [
      { index: 1, what: 'ended', ours: 'stop string' },
      { index: 1, what: 'written', ours: right.text },
    ],
  });
});
