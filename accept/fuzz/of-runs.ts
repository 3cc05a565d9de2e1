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
import { digest, json, jsonOf, lines, safetensors, sealed, textOf } from './formats.ts';
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
  return [
    ...ofRecords(home),
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
    self: _self,
    id: _id,
    skipped: _skipped,
    init: _init,
    best: _best,
    extended: _extended,
    ...old
  } = JSON.parse(textOf(bytes));
  return jsonOf(old);
}

/** Files of version 0.1 hold no checksum of themselves, and who removes it from another one makes it such a file. */
const isOld = (bytes: Uint8Array): boolean => !textOf(bytes).includes('"self"');

function ofRecords(home: Home): Reader[] {
  const samples = [home.bytes('stopped', RECORD), home.bytes('whole', RECORD)];
  const directory = home.directory('recorded');
  const read = (bytes: Uint8Array) => {
    home.write(`recorded/${RECORD}`, bytes);
    return readRunRecord(directory);
  };
  const right = new Map(samples.map(read).map((record) => [record.id, digest(record)]));
  /** What it says can be, and written again it says the same. */
  const check = (bytes: Uint8Array) => {
    const record = read(bytes);
    const { step, training, status } = record;
    if (step > training.steps || (status === 'finished' && step < training.steps)) {
      return `${status} at step ${step} of ${training.steps}`;
    }
    const again = digest(read(jsonOf(record)));
    return again === digest(record) ? null : `written again it is ${again} instead of ${digest(record)}`;
  };
  return [
    {
      ...{ name: 'run.json', share: 6, samples, format: json },
      read(bytes) {
        const record = read(bytes);
        const own = right.get(record.id); // none of another run, whose record is as good
        return isOld(bytes) || own === undefined || own === digest(record) ? null : 'says something else';
      },
    },
    { name: 'run.json of version 0.1', share: 6, samples: samples.map(oldRecord), format: json, read: check },
    { name: 'run.json under a checksum made right', share: 3, samples, format: sealed, read: check },
  ];
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
    ...{ name: 'resume', share: 1, samples: names.map((name) => home.bytes('stopped', name)), format: anyFormat },
    async read(bytes, i) {
      const directory = home.copy('stopped', 'resumed', { [names[i]]: bytes });
      const model = await freshModel();
      await runIn(directory, { model, resume: true });
      if ((await weightsHash(model)) === final) return null;
      return [RECORD, STATE].includes(names[i]) && isOld(bytes) ? null : 'ends with other weights';
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
      return i === 0 && isOld(bytes) ? null : `reads ${digest(found)} instead of ${right[0]}`;
    },
  };
}

/** Other counters under a checksum that fits: weights stay those of their step. */
function ofSealedStates(home: Home, final: string): Reader {
  return {
    ...{ name: 'state.json under a checksum made right', share: 0.5, samples: [home.bytes('stopped', STATE)] },
    format: sealed,
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
