// The other side of training: programs of peers/, which need what the repository does not install.
import { join } from 'node:path';
import { root } from '../../scripts/check/repository.ts';
import type { Command } from './contestant.ts';
import { BenchError } from './error.ts';
import type { Options } from './options.ts';

const folder = join(root, 'benchmarks/peers');

const torch =
  (mode: 'eager' | 'compile') =>
  ({ python, threads, torchProgram }: Options, job: object): Command => {
    if (!python) throw new BenchError('--peers: torch runs in Python; give --python PATH, one that has torch.');
    const program = torchProgram ?? join(folder, 'torch_models.py');
    const args = [join(folder, 'torch_train.py'), JSON.stringify({ ...job, threads, mode, program })];
    return { name: `torch ${mode}`, program: python, args };
  };

const peers: Record<string, (options: Options, job: object) => Command> = {
  torch: torch('eager'),
  'torch-compile': torch('compile'),
};

/** @throws BenchError for a peer that nobody knows, or that is not there. */
export function peerCommands(options: Options, job: object, known: readonly string[]): Command[] {
  return options.peers.map((name) => {
    if (!known.includes(name)) throw new BenchError(`--peers: ${name} is none here; choose from ${known.join(', ')}.`);
    return peers[name](options, job);
  });
}
