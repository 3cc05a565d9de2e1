// Readers of sweeps: specifications, the record, results, reports drawn from them, and going on with a sweep.
import { readFileSync } from 'node:fs';
import { capture } from '@twilljs/cli';
import { splitCorpus, textsInMemory } from '@twilljs/data/node';
import { parseJsonObject } from '@twilljs/hub';
import { planSweep, readSweepResults, readSweepSpec, type SweepCell } from '@twilljs/sweep';
import { type CellJob, readSweepRecord, type SweepText, sweep, sweepRecordOf } from '@twilljs/sweep/node';
import { isTwillError } from '@twilljs/tensor';
import { known } from 'twilljs';
import { digest, json, jsonOf, lines, textOf } from './formats.ts';
import { type Home, runIn } from './home.ts';
import { faultOf } from './program.ts';
import type { Format, Reader } from './reader.ts';

const training = { steps: 4, lr: 0.01 };
const data = { length: 16, batch: 2 };
const specs = [
  {
    name: 'two',
    grids: [
      {
        task: 'recall',
        mixers: ['hgrn', 'attention'],
        ratios: ['pure', '2'],
        seeds: [1],
        training,
        data: { ...data, pairs: 2 },
      },
      { name: 'text', task: 'language', mixers: ['gla'], seeds: [0], training, data },
    ],
  },
  {
    grids: [
      {
        ...{ task: 'recall', mixers: ['gated-deltanet', 'retnet'], seeds: [1, 2], training },
        sizes: [
          'recall',
          { name: 'tiny', model: { hidden_size: 16 }, attn: { num_heads: 1 }, mixers: { retnet: { num_heads: 1 } } },
        ],
      },
    ],
  },
];

const documents = ['one', 'two'].map((name) => ({ name, bytes: new Uint8Array(400).fill(name.length) }));
const text: SweepText = { files: ['a'], corpus: splitCorpus(textsInMemory(documents)) };

/** A cell, trained as quickly as can be: what it measures is made up. */
async function run({ text, directory }: CellJob): Promise<void> {
  const bitsByPosition = [
    { from: 0, to: 8, bitsPerByte: 2 },
    { from: 8, to: 16, bitsPerByte: 1.5 },
  ];
  const values =
    text === null
      ? { accuracy: [{ difficulty: 2, mean: 0.75 }] }
      : { bitsPerByte: 1.75, bitsByPosition, copyGain: { mean: 0.25 } };
  await runIn(directory, { training, resume: true, validation: { every: 4, measure: () => values } });
}

const sweepIn = (directory: string, cells: readonly SweepCell[]) =>
  sweep({
    ...{ directory, spec: readSweepSpec(specs[0], known), cells, jobs: 1, signal: new AbortController().signal },
    text,
    run,
  });

export async function ofSweeps(home: Home): Promise<Reader[]> {
  const cells = planSweep(readSweepSpec(specs[0], known), known);
  await sweepIn(home.at('sweep'), cells);
  return [ofSpecs(), ofRecords(home), ofResults(home), ofReports(home, cells), ofGoingOn(home, cells)];
}

function ofSpecs(): Reader {
  return {
    ...{ name: 'sweep specification', share: 8, samples: specs.map(jsonOf), format: json },
    read(bytes) {
      const spec = readSweepSpec(parseJsonObject(textOf(bytes), 'spec'), known);
      const again = readSweepSpec(JSON.parse(JSON.stringify(spec)), known);
      if (digest(again) !== digest(spec)) return `written again it is ${digest(again)} instead of ${digest(spec)}`;
      const cells = planSweep(spec, known);
      return new Set(cells.map(({ name }) => name)).size === cells.length ? null : 'two cells have one name';
    },
  };
}

function ofRecords(home: Home): Reader {
  return {
    ...{ name: 'sweep.json', share: 5, samples: [home.bytes('sweep', 'sweep.json')], format: json },
    read(bytes) {
      const directory = home.directory('record', { 'sweep.json': bytes });
      const record = readSweepRecord(directory, known);
      if (!record) return 'is not seen';
      const again = sweepRecordOf(JSON.parse(JSON.stringify({ version: 1, ...record })), known, 'again');
      return digest(again) === digest(record)
        ? null
        : `written again it is ${digest(again)} instead of ${digest(record)}`;
    },
  };
}

function ofResults(home: Home): Reader {
  return {
    ...{ name: 'results.json', share: 6, samples: [home.bytes('sweep', 'results.json')], format: json },
    read(bytes) {
      const results = readSweepResults(textOf(bytes), known, 'results.json');
      const planned = planSweep(results.spec, known).map(({ name }) => name);
      const found = results.cells.map(({ name }) => name);
      if (digest(found.sort()) !== digest(planned.sort())) return `has the cells ${found} instead of ${planned}`;
      const again = readSweepResults(JSON.stringify(results), known, 'again');
      return digest(again) === digest(results) ? null : 'written again it is another';
    },
  };
}

/** Of a sweep and of its first cell. */
const filesOf = ([{ name }]: readonly SweepCell[]) =>
  ['sweep.json', 'results.json', `cells/${name}/run.json`, `cells/${name}/metrics.jsonl`] as const;

const jsonOrLines: Format = {
  open: (bytes, random) => (textOf(bytes).startsWith('{"step":') ? lines : json).open(bytes, random),
};

/** A report is of the results as they stand beside the specification, or there is none. */
function ofReports(home: Home, cells: readonly SweepCell[]): Reader {
  home.copy('sweep', 'reported');
  const names = filesOf(cells).slice(0, 3);
  const samples = names.map((name) => home.bytes('sweep', name));
  return {
    ...{ name: 'report', share: 0.5, samples, format: json },
    async read(bytes, i) {
      home.write(`reported/${names[i]}`, bytes);
      const told = await capture(['report', home.at('reported')]);
      home.write(`reported/${names[i]}`, samples[i]);
      return faultOf(told);
    },
  };
}

/** The same sweep again: it ends with results, or is refused; no cell fails by a fault of the program. */
function ofGoingOn(home: Home, cells: readonly SweepCell[]): Reader {
  const files = filesOf(cells);
  const samples = files.map((name) => home.bytes('sweep', name));
  const weights = `cells/${cells[0].name}/model.safetensors`;
  return {
    ...{ name: 'sweep that goes on', share: 0.5, samples, format: jsonOrLines },
    async read(bytes, i) {
      const directory = home.copy('sweep', 'again', { [files[i]]: bytes });
      const untyped: string[] = [];
      const { failures } = await sweep({
        ...{ directory, spec: readSweepSpec(specs[0], known), cells, jobs: 1, signal: new AbortController().signal },
        text,
        async run(job) {
          try {
            await run(job);
          } catch (error) {
            if (!isTwillError(error)) untyped.push(String((error as Error).stack));
            throw error;
          }
        },
      });
      if (untyped.length > 0) return untyped[0];
      if (files[i] === 'sweep.json' || failures.size > 0) return null;
      return readFileSync(`${directory}/${weights}`).equals(home.bytes('sweep', weights)) ? null : 'has other weights';
    },
  };
}
