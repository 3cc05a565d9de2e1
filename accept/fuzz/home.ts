// Small valid files of every kind, made by the library itself, and places where their mutations stand.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mqar } from '@twilljs/data';
import { initializer } from '@twilljs/nn';
import { cpu, rng } from '@twilljs/tensor';
import { type RunOptions, trainRun } from '@twilljs/train/node';
import { hybrid, type LanguageModel, mixers } from 'twilljs';
import { config } from '../../packages/train/src/run.test-data.ts';

export const freshModel = (more: object = {}): Promise<LanguageModel> =>
  hybrid({ ...config, ...more }, { mixers, init: initializer(1, 0.1) }).to(cpu());

/** A directory for files that come and go. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'twill-fuzz-'));

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  bytes(...names: string[]): Uint8Array {
    return new Uint8Array(readFileSync(this.at(...names)));
  }

  /** A directory like another one, but for some of its files. */
  copy(from: string, to: string, files: Readonly<Record<string, Uint8Array>> = {}): string {
    rmSync(this.at(to), { recursive: true, force: true });
    cpSync(this.at(from), this.at(to), { recursive: true });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(this.at(to, name), bytes);
    return this.at(to);
  }

  /** A directory with these files. */
  directory(name: string, files: Readonly<Record<string, Uint8Array>> = {}): string {
    mkdirSync(this.at(name), { recursive: true });
    for (const [file, bytes] of Object.entries(files)) writeFileSync(this.at(name, file), bytes);
    return this.at(name);
  }

  write(name: string, bytes: Uint8Array): string {
    writeFileSync(this.at(name), bytes);
    return this.at(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The run that all readers of runs read: four steps, with a checkpoint every two and a measurement at the end. */
export async function runIn(directory: string, more: Partial<RunOptions> = {}) {
  return trainRun({
    ...{ directory, model: await freshModel(), seed: 1, data: { kind: 'mqar' }, command: ['twill', 'train'] },
    source: mqar({ length: 8, vocab: 16, pairs: 2, batch: 2, source: rng(1) }),
    training: { steps: 4, lr: 1e-2 },
    checkpoints: { every: 2 },
    ...more,
  });
}

/** Stops a run after a step, as Ctrl-C does. */
export function stopAfter(last: number): Partial<RunOptions> {
  const stop = new AbortController();
  return { signal: stop.signal, onStep: ({ step }) => step === last && stop.abort() };
}
