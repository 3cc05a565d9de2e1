// What the peers in JavaScript share: the job, the weights of a model directory, the batch, and the lines of a side.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const job = JSON.parse(process.argv[2]);
export const config = JSON.parse(readFileSync(join(job.model, 'config.json'), 'utf8'));
export const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** Name to `{ shape, data }`, of a safetensors file in f32. */
export function weights() {
  const bytes = readFileSync(join(job.model, 'model.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  delete header.__metadata__;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        if (dtype !== 'F32') throw new Error(`${name} is ${dtype}, not F32.`);
        const data = new Float32Array(Uint8Array.from(bytes.subarray(8 + length + from, 8 + length + to)).buffer);
        return [name, { shape, data }];
      },
    ),
  );
}

/** The batch, and for each token what comes next in its row, -1 at the end. */
export function batch() {
  const { B, T, ids } = JSON.parse(readFileSync(job.batch, 'utf8'));
  return { B, T, ids, labels: ids.map((_, i) => ((i + 1) % T === 0 ? -1 : ids[i + 1])) };
}

/** Rows of zeros with a one at each id; of -1 there is none. */
export function oneHot(ids, classes) {
  const out = new Float32Array(ids.length * classes);
  for (const [i, id] of ids.entries()) if (id >= 0) out[i * classes + id] = 1;
  return out;
}

/** Cosines and sines [T,D/2] of the rotary embedding. */
export function rotary(T, D) {
  const angle = (i) => Math.floor(i / (D / 2)) * 10000 ** (-(i % (D / 2)) / (D / 2));
  return [Math.cos, Math.sin].map((f) => Float32Array.from({ length: (T * D) / 2 }, (_, i) => f(angle(i))));
}

/** AdamW of the benchmarks. */
export const adamw = { lr: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1 };

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Answers every line until there are no more. */
export async function serve(label, work) {
  say({ label });
  for await (const line of createInterface({ input: process.stdin })) {
    say(await work(JSON.parse(line)));
  }
  process.exit(0);
}

/** The work of a side of `train`: `step` resolves to the loss. */
export const steps =
  (step) =>
  async ({ steps }) => {
    const [ms, losses] = [[], []];
    for (let n = 0; n < steps; n++) {
      const start = performance.now();
      losses.push(await step());
      ms.push(performance.now() - start);
    }
    return { ms, losses };
  };
