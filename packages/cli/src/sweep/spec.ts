// The specification that a command names: a preset, or a JSON file.
import { type OpenedSpec, openSpec as open } from '@twilljs/sweep/node';
import { OptionError } from '@twilljs/tensor';
import { known, sweepPresets } from 'twilljs';

export const presetNames = Object.keys(sweepPresets) as (keyof typeof sweepPresets)[];
export type PresetName = (typeof presetNames)[number];

/** Presets that take a night or more: nobody shall begin them by mistake. */
export const longPresets: readonly PresetName[] = ['paper-mini', 'paper'];

/**
 * @param from a preset or a file, either a specification or the sweep.json of a sweep.
 * @param seed is added to every seed.
 * @param out directory of the sweep. Where it goes on, what the specification leaves out of its training is what it was.
 * @throws OptionError when preset and file are given, or none; and what is wrong with the file.
 */
export async function openSpec(
  { preset, file }: { preset?: PresetName | undefined; file?: string | undefined },
  seed: number,
  out: string,
): Promise<OpenedSpec> {
  if (preset !== undefined && file !== undefined) {
    throw new OptionError(`--preset ${preset} and ${file} both say what to compare; give one of them.`);
  }
  const source = preset === undefined ? file : sweepPresets[preset];
  if (source !== undefined) return open(source, known, { seed, directory: out });
  throw new OptionError(`nothing to compare: give a specification or --preset, one of ${presetNames.join(', ')}.`);
}
