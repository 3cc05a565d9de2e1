// Results of a sweep that never ran: the grid of the small preset with numbers made up in the test that asks for them.
import {
  type Known,
  planSweep,
  RESULTS_VERSION,
  readSweepSpec,
  type SweepCell,
  type SweepCellResult,
  type SweepResults,
} from '@twilljs/sweep';
import { known, sweepPresets } from 'twilljs';
import type { LoadedSweep } from './loaded.ts';

/** What a made-up cell found. */
export interface Measured {
  readonly recall?: Readonly<Record<number, number>>;
  readonly bitsPerByte?: number;
  readonly bitsByPosition?: readonly object[];
  readonly copyGain?: number | null;
  readonly failed?: string;
  /** Of measures that are nobody's here. */
  readonly [measure: string]: unknown;
}

/** Every cell of a preset, with its true counts and made-up measurements. */
export const syntheticResults = (
  preset: keyof typeof sweepPresets,
  measure: (cell: SweepCell) => Measured,
): SweepResults => made(sweepPresets[preset], known, measure);

/** The same of any specification, and of whatever its task is measured by. */
export function made(json: object, known: Known, measure: (cell: SweepCell) => Measured): SweepResults {
  const spec = readSweepSpec(json, known);
  const cells = planSweep(spec, known).map((cell): SweepCellResult => {
    const { name, task, mixer, ratio, layers, seed, title, settings } = cell;
    const { parameters, nonEmbeddingParameters, flopsPerToken, stateBytes, training } = cell;
    const measured = measure(cell);
    const end = measured.recall ? 4 * (1 - measured.recall[16]) : (measured.bitsPerByte ?? 3) * Math.LN2;
    const losses = Array.from({ length: training.steps }, (_, i): [number, number] => [
      i + 1,
      end + (4 - end) * Math.exp((-6 * i) / training.steps),
    ]);
    return {
      ...{ name, task, mixer, ratio, layers, seed, title, directory: `cells/${name}` },
      ...(Object.keys(settings).length > 0 && { settings }),
      ...{ parameters, nonEmbeddingParameters, flopsPerToken, stateBytes, losses },
      ...measured,
    };
  });
  return { version: RESULTS_VERSION, spec, cells };
}

/** As if it had been read from a directory. */
export const loadedFrom = (results: SweepResults, known: Known): LoadedSweep => ({
  ...{ directory: 'd', known, results, record: null, machines: [], unfinished: [] },
});

/** Accuracy at 16 pairs by seed, alone and in every second layer; bits per byte alone, in every fourth and second. */
const recall: Readonly<Record<string, readonly (readonly number[])[]>> = {
  attention: [[0.998, 0.998, 0.998]],
  hgrn: [
    [0.125, 0.13, 0.135],
    [1, 1, 1],
  ],
  hgrn2: [
    [0.4, 0.118, 0.081],
    [1, 1, 1],
  ],
  deltanet: [
    [0.985, 0.965, 0.981],
    [0.993, 0.987, 0.991],
  ],
  'gated-deltanet': [
    [0.93, 0.987, 0.11],
    [0.983, 0.936, 0.994],
  ],
  gla: [
    [0.067, 0.067, 0.071],
    [0.052, 0.048, 0.062],
  ],
  retnet: [
    [0.11, 0.128, 0.105],
    [0.064, 0.071, 0.072],
  ],
};
const language: Readonly<Record<string, readonly number[]>> = {
  attention: [2.869],
  hgrn: [2.579, 2.589, 2.61],
  hgrn2: [2.676, 2.665, 2.666],
  retnet: [2.858, 2.874, 2.839],
  gla: [2.781, 2.79, 2.73],
  deltanet: [2.718, 2.726, 2.731],
  'gated-deltanet': [2.526, 2.513, 2.6],
};

/** The orders of magnitude that a real study has. */
export function plausible({ task, mixer, ratio, seed }: SweepCell): Measured {
  if (task === 'language') return { bitsPerByte: language[mixer][['pure', '4', '2'].indexOf(ratio)] };
  const hard = recall[mixer][ratio === 'pure' ? 0 : 1][seed - 1];
  return { recall: { 4: Math.sqrt(Math.sqrt(hard)), 8: Math.sqrt(hard), 16: hard } };
}
