// The specification that a command names: a preset, or a JSON file.
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { OptionError } from '@twilljs/tensor';
import { readSweepSpec, type SweepSpec, sweepPresets } from '@twilljs/train';
import { mixers } from 'twilljs';

export const presetNames = Object.keys(sweepPresets) as (keyof typeof sweepPresets)[];
export type PresetName = (typeof presetNames)[number];

/** Presets that take a night or more: nobody shall begin them by mistake. */
export const longPresets: readonly PresetName[] = ['paper-mini', 'paper'];

/**
 * @param seed is added to every seed.
 * @throws OptionError when both are given, or none; and what is wrong with the file.
 */
export function openSpec(preset: PresetName | undefined, file: string | undefined, seed: number): SweepSpec {
  if (preset !== undefined && file !== undefined) {
    throw new OptionError(`--preset ${preset} and ${file} both say what to compare; give one of them.`);
  }
  if (file !== undefined) return reseeded(readSweepSpec(parseJsonObject(readText(file), file), mixers, file), seed);
  if (preset !== undefined) return reseeded(readSweepSpec(sweepPresets[preset], mixers, preset), seed);
  throw new OptionError(`nothing to compare: give a specification or --preset, one of ${presetNames.join(', ')}.`);
}

function reseeded(spec: SweepSpec, seed: number): SweepSpec {
  return { ...spec, grids: spec.grids.map((grid) => ({ ...grid, seeds: grid.seeds.map((own) => own + seed) })) };
}
