// The other sides: programs of peers/, which need what the repository does not install; and our own on another device.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Command } from './contestant.ts';
import { BenchError } from './error.ts';
import type { Options } from './options.ts';
import { twill } from './twill.ts';

const folder = join(root, 'benchmarks/peers');

type Peer = (options: Options, job: object) => Command | Promise<Command>;

const torch =
  (mode: 'eager' | 'avx2' | 'compile'): Peer =>
  ({ python, threads, torchProgram }, job) => {
    if (!python) throw new BenchError('--peers: torch runs in Python; give --python PATH, one that has torch.');
    const program = torchProgram ?? join(folder, 'torch_models.py');
    const args = [join(folder, 'torch_train.py'), JSON.stringify({ ...job, threads, mode, program })];
    return { name: `torch ${mode}`, program: python, args };
  };

const javascript =
  (name: string, needs: string): Peer =>
  ({ node, threads }, job) => {
    if (!existsSync(join(folder, 'node_modules', needs))) {
      throw new BenchError(
        `--peers: ${needs} is not installed; run npm ci --ignore-scripts --prefix benchmarks/peers.`,
      );
    }
    return { name, program: node, args: [join(folder, `${name}.mjs`), JSON.stringify({ ...job, threads })] };
  };

/** Twill on its slowest device: what WebGL is for where there is no other way to a card. */
const gpujs: Peer = (options, job) => twill(options, { subject: 'train', ...job, device: 'gpujs' }, 'gpujs');

const peers: Readonly<Record<string, Peer>> = {
  gpujs,
  torch: torch('eager'),
  'torch-avx2': torch('avx2'),
  'torch-compile': torch('compile'),
  jax: javascript('jax', '@jax-js/jax'),
  tfjs: javascript('tfjs', '@tensorflow/tfjs-backend-wasm'),
  ort: javascript('ort', 'onnxruntime-web'),
};

/** @throws BenchError for a peer that does not do this work, is not installed or has no such model. */
export function peerCommands(
  options: Options,
  family: string,
  job: object,
  known: readonly string[],
): Promise<Command[]> {
  const commands = options.peers.map((name) => {
    if (!known.includes(name)) throw new BenchError(`--peers: ${name} is none here; choose from ${known.join(', ')}.`);
    if (family !== 'transformer' && !/^(torch|gpujs)/.test(name)) {
      throw new BenchError(`--peers: ${name} has the transformer alone, not ${family}; give --family transformer.`);
    }
    return peers[name](options, job);
  });
  return Promise.all(commands);
}
