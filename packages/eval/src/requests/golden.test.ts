// Log-likelihoods of the harness's own requests, on every device.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels as attentionKernels } from '@twilljs/attention/webgpu';
import { kernels as nnKernels } from '@twilljs/nn/webgpu';
import { kernels as scanKernels } from '@twilljs/scan/webgpu';
import { cpu, type Device } from '@twilljs/tensor';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import { device as fast, mixers } from 'twilljs';
import { load } from 'twilljs/node';
import { describe, expect, it } from 'vitest';
import { readTokens } from './read-tokens.ts';

const evals = fileURLToPath(new URL('../../../../golden/evals', import.meta.url));
const kernels = [...nnKernels, ...scanKernels, ...attentionKernels];
const requestsAlone: string[] = [];
const tasks = ['arc_easy', 'hellaswag', 'lambada_openai', 'boolq', 'mmlu_anatomy', 'winogrande', 'mmlu_anatomy.5shot'];
const devices: [name: string, device: Device, tolerance: number, files: readonly string[]][] = [
  ['cpu-f64', cpu({ float: 'f64' }), 1e-9, requestsAlone],
  ['wasm', await fast({ name: 'wasm' }), 1e-5, tasks],
  ...(await webgpuDevices({ kernels })).map(([name, device]): [string, Device, number, readonly string[]] => [
    name,
    device,
    1e-5,
    requestsAlone,
  ]),
];

interface Case {
  readonly context: Int32Array;
  readonly continuation: Int32Array;
  readonly ll: number;
  readonly greedy: boolean;
}

const linesOf = (path: string) =>
  readFileSync(join(evals, 'lm-eval', path), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** As the harness truncates: the last `maxLength` ids are read, all but the last of what is there. */
function caseOf(context: number[], continuation: number[], maxLength: number, ll: number, greedy: boolean): Case {
  const all = [...context, ...continuation].slice(-(maxLength + 1));
  const begin = all.length - continuation.length;
  return { context: Int32Array.from(all.slice(0, begin)), continuation: Int32Array.from(continuation), ll, greedy };
}

function casesOf(name: string, files: readonly string[]): Case[] {
  const requests = linesOf(`requests-${name}.jsonl`).filter(({ error }) => !error);
  const alone = requests.map((r) => caseOf(r.context_ids, r.continuation_ids, 32, r.ll, r.greedy));
  const documents = files.flatMap((file) => linesOf(`${name}/${file}.jsonl`));
  const ofTasks = documents.flatMap(({ contexts, requests }) =>
    requests.map((r: { context: number; ids: number[]; ll: number; greedy: boolean }) =>
      caseOf(contexts[r.context].ids, r.ids, 256, r.ll, r.greedy),
    ),
  );
  return [...alone, ...ofTasks];
}

describe.each(devices)('on %s', (_, device, tolerance, files) => {
  it.each(['gpt2', 'mistral'])('%s', async (name) => {
    const { model } = await load(join(evals, `model-${name}`), { device, mixers });
    const cases = casesOf(name, files);
    expect(cases.length).toBeGreaterThan(files.length > 0 ? 200 : 25);
    const answers = await readTokens(model, cases);
    for (const [i, { ll, greedy }] of cases.entries()) {
      const ours = answers[i].logprobs.reduce((sum, x) => sum + x, 0);
      expect(Math.abs(ours - ll), `request ${i}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(ll)));
      expect(answers[i].greedy, `request ${i}`).toBe(greedy);
    }
    model[Symbol.dispose]();
  });
});
