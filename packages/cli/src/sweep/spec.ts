// The specification that a command names: a preset, or a JSON file.
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { readSweepSpec, type SweepSpec } from '@twilljs/sweep';
import { readSweepRecord, type SweepRecord, sweepRecordOf } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { known, sweepPresets } from 'twilljs';

export const presetNames = Object.keys(sweepPresets) as (keyof typeof sweepPresets)[];
export type PresetName = (typeof presetNames)[number];

/** Presets that take a night or more: nobody shall begin them by mistake. */
export const longPresets: readonly PresetName[] = ['paper-mini', 'paper'];

/** What a command compares. */
export interface OpenedSpec {
  readonly spec: SweepSpec;
  /** Of the sweep that goes on, or that is repeated because its sweep.json is the specification; null for a new one. */
  readonly record: SweepRecord | null;
}

/**
 * @param from a preset or a file, either a specification or the sweep.json of a sweep.
 * @param seed is added to every seed.
 * @param out directory of the sweep. Where it goes on, what the specification leaves out of its training is what it was.
 * @throws OptionError when preset and file are given, or none; and what is wrong with the file.
 */
export function openSpec(
  { preset, file }: { preset?: PresetName | undefined; file?: string | undefined },
  seed: number,
  out: string,
): OpenedSpec {
  if (preset !== undefined && file !== undefined) {
    throw new OptionError(`--preset ${preset} and ${file} both say what to compare; give one of them.`);
  }
  const before = readSweepRecord(out, known);
  const read = (json: unknown, where: string) => reseeded(readSweepSpec(completed(json, before), known, where), seed);
  if (preset !== undefined) return { spec: read(sweepPresets[preset], preset), record: before };
  if (file === undefined) {
    throw new OptionError(`nothing to compare: give a specification or --preset, one of ${presetNames.join(', ')}.`);
  }
  const json = parseJsonObject(readText(file), file);
  if (!('spec' in json)) return { spec: read(json, file), record: before };
  const record = sweepRecordOf(json, known, file);
  return { spec: reseeded(record.spec, seed), record: before ?? record };
}

function reseeded(spec: SweepSpec, seed: number): SweepSpec {
  return { ...spec, grids: spec.grids.map((grid) => ({ ...grid, seeds: grid.seeds.map((own) => own + seed) })) };
}

/** A specification whose training is that of the sweep, where it says nothing else: defaults may have changed since. */
function completed(json: unknown, before: SweepRecord | null): unknown {
  const { grids } = json as { grids?: unknown };
  if (!before || !Array.isArray(grids)) return json;
  return {
    ...(json as object),
    grids: grids.map((grid, i) => {
      const was = before.spec.grids[i]?.training;
      return was && isObject(grid?.training) ? { ...grid, training: { ...was, ...grid.training } } : grid;
    }),
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
