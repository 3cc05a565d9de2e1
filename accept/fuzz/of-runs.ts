// Readers of runs: the record, checkpoints, metrics, and going on with all of them.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@twilljs/tensor';
import {
  Checkpoints,
  loadRun,
  MetricsLog,
  MetricsReader,
  readMetrics,
  readRunRecord,
  weightsHash,
} from '@twilljs/train/node';
import { mixers } from 'twilljs';
import { digest, json, jsonOf, lines, safetensors, sealedState, textOf } from './formats.ts';
import { freshModel, type Home, runIn, stopAfter } from './home.ts';
import type { Format, Reader } from './reader.ts';

const NEWEST = 'checkpoints/step-000003';
const [RECORD, METRICS, STATE] = ['run.json', 'metrics.jsonl', `${NEWEST}/state.json`];
const TENSORS = ['model', 'optimizer'].map((name) => `${NEWEST}/${name}.safetensors`);

/** Of a file of a run, whichever it is. */
const anyFormat: Format = {
  open(bytes, random) {
    if (bytes[0] !== 0x7b) return safetensors.open(bytes, random);
    return (textOf(bytes).startsWith('{"step":') ? lines : json).open(bytes, random);
  },
};

export async function ofRuns(home: Home): Promise<Reader[]> {
  const hashes = new Map<number, string>();
  const model = await freshModel();
  const measured = { every: 2, measure: () => ({ loss: 2.5 }), better: { of: 'loss', direction: 'lower' } as const };
  const onStep = async ({ step }: { step: number }) => hashes.set(step, await weightsHash(model));
  await runIn(home.at('whole'), { model, onStep, validation: measured });
  await runIn(home.at('stopped'), { ...stopAfter(3), validation: measured });
  const stopped = (name: string) => home.bytes('stopped', name);
  return [
    ofRecords(home, [stopped(RECORD), home.bytes('whole', RECORD), oldRecord(stopped(RECORD))]),
    ofLoading(home, hashes),
    ofResuming(home, hashes.get(4) as string),
    ofCheckpoints(home),
    ofSealedStates(home, hashes.get(4) as string),
    ofMetrics(home),
    ofLogs(home),
  ];
}

/** As version 0.1 wrote it. */
function oldRecord(bytes: Uint8Array): Uint8Array {
  const {
    id: _id,
    skipped: _skipped,
    init: _init,
    best: _best,
    extended: _extended,
    ...old
  } = JSON.parse(textOf(bytes));
  return jsonOf(old);
}

function ofRecords(home: Home, samples: readonly Uint8Array[]): Reader {
  return {
    ...{ name: 'run.json', share: 12, samples, format: json },
    read(bytes) {
      const directory = home.directory('recorded', { [RECORD]: bytes });
      const record = readRunRecord(directory);
      const { step, training, status } = record;
      if (step > training.steps || (status === 'finished') !== (step === training.steps && status === 'finished')) {
        return `${status} at step ${step} of ${training.steps}`;
      }
      home.directory('recorded', { [RECORD]: jsonOf(record) });
      const again = readRunRecord(directory);
      return digest(again) === digest(record)
        ? null
        : `written again it is ${digest(again)} instead of ${digest(record)}`;
    },
  };
}

/** Weights are those of the step that it names, or there are none. */
function ofLoading(home: Home, hashes: ReadonlyMap<number, string>): Reader {
  const names = [RECORD, STATE, ...TENSORS];
  home.copy('stopped', 'loading');
  return {
    ...{ name: 'loadRun', share: 3, samples: names.map((name) => home.bytes('stopped', name)), format: anyFormat },
    async read(bytes, i) {
      const directory = changed(home, 'loading', names[i], bytes);
      try {
        const { model, step, notes } = await loadRun(directory, { mixers, device: cpu() });
        if ((await weightsHash(model)) !== hashes.get(step)) return `loads other weights as those of step ${step}`;
        return step === 3 || notes.length > 0 ? null : `loads step ${step} and says nothing`;
      } finally {
        restore(home, 'loading', names[i]);
      }
    },
  };
}

/** A run that goes on ends with the bits of one that was never stopped, or not at all. */
function ofResuming(home: Home, final: string): Reader {
  const names = [RECORD, METRICS, STATE, ...TENSORS];
  return {
    ...{ name: 'resume', share: 2, samples: names.map((name) => home.bytes('stopped', name)), format: anyFormat },
    async read(bytes, i) {
      const directory = home.copy('stopped', 'resumed', { [names[i]]: bytes });
      const model = await freshModel();
      await runIn(directory, { model, resume: true });
      return (await weightsHash(model)) === final ? null : 'ends with other weights';
    },
  };
}

/** The newest that is whole, as it was written. */
function ofCheckpoints(home: Home): Reader {
  const names = [STATE, ...TENSORS];
  home.copy('stopped', 'kept');
  const checkpoints = new Checkpoints(home.at('kept', 'checkpoints'), 2);
  const right = [3, 2].map((step) => digest(checkpoints.read(step)));
  return {
    ...{ name: 'checkpoints', share: 8, samples: names.map((name) => home.bytes('stopped', name)), format: anyFormat },
    read(bytes, i) {
      changed(home, 'kept', names[i], bytes);
      const notes: string[] = [];
      const found = checkpoints.newest((note) => notes.push(note));
      restore(home, 'kept', names[i]);
      if (digest(found) === right[0]) return null;
      if (digest(found) === right[1]) return notes.length === 1 ? null : 'goes back and says nothing';
      return isOldState(names[i], bytes) ? null : `reads ${digest(found)} instead of ${right[0]}`;
    },
  };
}

/** Files of version 0.1 hold no checksum of themselves. */
const isOldState = (name: string, bytes: Uint8Array): boolean => name === STATE && !textOf(bytes).includes('"self"');

/** Other counters under a checksum that fits: weights stay those of their step. */
function ofSealedStates(home: Home, final: string): Reader {
  return {
    ...{ name: 'state.json under a checksum made right', share: 1, samples: [home.bytes('stopped', STATE)] },
    format: sealedState,
    async read(bytes) {
      const directory = home.copy('stopped', 'sealed', { [STATE]: bytes });
      const model = await freshModel();
      await runIn(directory, { model, resume: true });
      return (await weightsHash(model)) === final ? null : 'ends with other weights';
    },
  };
}

const metricsSamples = (home: Home) => [home.bytes('whole', METRICS), home.bytes('stopped', METRICS)];

/** Every line that is whole counts or is named, and reading piece by piece finds the same. */
function ofMetrics(home: Home): Reader {
  const directory = home.directory('metrics');
  return {
    ...{ name: 'metrics.jsonl', share: 6, samples: metricsSamples(home), format: lines },
    read(bytes) {
      home.write(`metrics/${METRICS}`, bytes);
      const { steps, losses, skipped, validations, notes, step } = readMetrics(directory);
      if (steps.some((at, i) => i > 0 && at <= steps[i - 1])) return `steps ${steps} are not in order`;
      if (losses.length !== steps.length) return `${losses.length} losses of ${steps.length} steps`;
      if (!skipped.every((at) => steps.includes(at))) return `steps ${skipped} were skipped but have no line`;
      if (step !== (steps.at(-1) ?? 0)) return `came to step ${step} but the last line is of step ${steps.at(-1)}`;
      const whole = textOf(bytes).split('\n').slice(0, -1).length;
      const counted = steps.length + validations.length;
      if (counted < whole && notes.length === 0) return `${counted} of ${whole} lines count and no note says why`;
      return pieceByPiece(home, bytes) === digest(readMetrics(directory)) ? null : 'read in parts it is another one';
    },
  };
}

function pieceByPiece(home: Home, bytes: Uint8Array): string {
  const reader = new MetricsReader(home.at('metrics'));
  for (const part of [0.3, 0.6, 0.9]) {
    home.write(`metrics/${METRICS}`, bytes.subarray(0, Math.floor(bytes.length * part)));
    reader.read();
  }
  home.write(`metrics/${METRICS}`, bytes);
  return digest(reader.read());
}

/** What a resumed run writes on to: no step twice, and none above the one it goes on from. */
function ofLogs(home: Home): Reader {
  return {
    ...{ name: 'metrics.jsonl of a resumed run', share: 3, samples: metricsSamples(home), format: lines },
    read(bytes) {
      const directory = home.directory('log', { [METRICS]: bytes });
      const path = join(directory, METRICS);
      {
        using log = new MetricsLog(path, 2);
        const line = { loss: 1, lr: 1, gradNorm: 1, tokens: 48, tokensPerSecond: 1, skipped: false };
        log.append({ step: 3, ...line });
      }
      const { steps } = readMetrics(directory);
      if (steps.at(-1) !== 3 || steps.slice(0, -1).some((step) => step > 2)) return `goes on with steps ${steps}`;
      const kept = readFileSync(path).subarray(0, -1).lastIndexOf(10) + 1;
      return Buffer.compare(readFileSync(path).subarray(0, kept), bytes.subarray(0, kept)) === 0
        ? null
        : 'changes lines';
    },
  };
}

function changed(home: Home, directory: string, name: string, bytes: Uint8Array): string {
  home.write(`${directory}/${name}`, bytes);
  return home.at(directory);
}

function restore(home: Home, directory: string, name: string): void {
  cpSync(home.at('stopped', name), home.at(directory, name));
}
