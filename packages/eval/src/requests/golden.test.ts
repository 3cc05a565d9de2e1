// Some of the harness's own requests in f64 and on WebGPU. (All of them on WebAssembly, with whole tasks: golden/evals.test.ts; all in f64:
// accept/answers.accept.ts.)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels as attentionKernels } from '@twilljs/attention/webgpu';
import { kernels as nnKernels } from '@twilljs/nn/webgpu';
import { kernels as scanKernels } from '@twilljs/scan/webgpu';
import { cpu, type Device } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { mixers } from 'twilljs';
import { load } from 'twilljs/node';
import { describe, expect, it } from 'vitest';
import { readTokens } from './read-tokens.ts';

const evals = fileURLToPath(new URL('../../../../golden/evals', import.meta.url));
const kernels = [...nnKernels, ...scanKernels, ...attentionKernels];
/** Of so many requests the first is read. */
const devices: [name: string, device: Device, tolerance: number, every: number][] = [
  ['cpu-f64', cpu({ float: 'f64' }), 1e-9, 8],
  ...(await webgpuDevices({ kernels })).map(([name, device]): [string, Device, number, number] => [
    name,
    device,
    1e-5,
    3,
  ]),
];

interface Case {
  readonly context: Int32Array;
  readonly continuation: Int32Array;
  readonly ll: number;
  readonly greedy: boolean;
}

/** As the harness truncates: the last 32 ids are read, all but the last of what is there. */
function casesOf(name: string): Case[] {
  const lines = readFileSync(join(evals, 'lm-eval', `requests-${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  const requests = lines.map((line) => JSON.parse(line)).filter(({ error }) => !error);
  return requests.map(({ context_ids, continuation_ids, ll, greedy }) => {
    const all = [...context_ids, ...continuation_ids].slice(-33);
    const context = Int32Array.from(all.slice(0, all.length - continuation_ids.length));
    return { context, continuation: Int32Array.from(continuation_ids), ll, greedy };
  });
}

describe.each(devices)('on %s', (_, device, tolerance, every) => {
  it.each(['gpt2', 'mistral'])('%s', async (name) => {
    const { model } = await load(join(evals, `model-${name}`), { device, mixers });
    const cases = casesOf(name).filter((_, i) => i % every === 0);
    expect(cases.length).toBeGreaterThan(3);
    const answers = await readTokens(model, cases);
    for (const [i, { ll, greedy }] of cases.entries()) {
      const ours = answers[i].logprobs.reduce((sum, x) => sum + x, 0);
      expect(Math.abs(ours - ll), `request ${i}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(ll)));
      expect(answers[i].greedy, `request ${i}`).toBe(greedy);
    }
    model[Symbol.dispose]();
  });
});
