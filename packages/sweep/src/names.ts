// The names of cells, and what tables call them. They are made here and taken apart nowhere: fields say what a cell is.

import type { Ratio } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import type { Settings } from './axes.ts';

/** What a name is made of. */
export interface NameParts {
  /** Of the grid. */
  readonly grid: string;
  /** Null where its grid has only one. */
  readonly size: string | null;
  readonly family: Pick<MixerFamily, 'name' | 'title'>;
  readonly ratio: Ratio;
  readonly settings: Settings;
}

/** Of a model of a grid: of its cells, without the seed. */
export function modelName({ grid, size, family, ratio, settings }: NameParts): string {
  const weave = ratio === 'pure' ? 'pure' : `r${ratio}`;
  const set = Object.entries(settings).map(([name, value]) => settingName(name, value));
  return [grid, ...(size === null ? [] : [size]), family.name, weave, ...set].join('-');
}

/** `lr0.003`; a word, or a number after a number, stands apart: `decay_linear`, `beta1_0.9`. */
function settingName(name: string, value: unknown): string {
  return typeof value === 'number' && !/\d$/.test(name) ? `${name}${value}` : `${name}_${value}`;
}

/** Of one run of a model. */
export const cellName = (model: string, seed: number): string => `${model}-s${seed}`;

/** Run directory of a cell, relative to the sweep's. */
export const cellDirectory = (name: string): string => `cells/${name}`;

/** What tables call a model: `HGRN2, 1 in 4 full`; `HGRN2, lr 0.003`. */
export function titleOf({ family, ratio, settings }: Pick<NameParts, 'family' | 'ratio' | 'settings'>): string {
  const weave = ratio === 'pure' ? [] : [`1 in ${ratio} full`];
  return [family.title, ...weave, ...Object.entries(settings).map(([name, value]) => `${name} ${value}`)].join(', ');
}
