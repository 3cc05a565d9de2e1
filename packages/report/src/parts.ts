// The parts of a report: one for each task, size and training, with its models in the order of the grid.

import type { Ratio } from '@twilljs/hybrid';
import { type CellPlace, cellPlaces, type Known, type SweepCellResult, type SweepGrid } from '@twilljs/sweep';
import { FileError } from '@twilljs/tensor';
import type { LoadedSweep } from './loaded.ts';
import { type Spread, spreadOf } from './text/stats.ts';

/** What the cells of the study found, as its report reads it. */
export const recallOf = ({ recall }: SweepCellResult) => recall as Readonly<Record<number, number>> | undefined;
export const bitsOf = ({ bitsPerByte }: SweepCellResult) => bitsPerByte as number | undefined;

/** One model with all its seeds. */
export interface Model {
  readonly mixer: string;
  /** As tables and plots call the mixer: `HGRN2`. */
  readonly family: string;
  readonly ratio: Ratio;
  /** Cells that have a result, by seed. */
  readonly cells: readonly SweepCellResult[];
  /** Of the models: the same for every seed. */
  readonly counts: SweepCellResult;
}

export interface Part {
  readonly title: string;
  readonly task: SweepGrid['task'];
  readonly grid: SweepGrid;
  readonly training: CellPlace['training'];
  readonly data: CellPlace['data'];
  readonly models: readonly Model[];
  /** The Transformer, or null where it was not run. */
  readonly transformer: Model | null;
  readonly failed: readonly SweepCellResult[];
}

interface Group extends Pick<CellPlace, 'grid' | 'size' | 'training' | 'data'> {
  readonly directory: string;
  readonly cells: Map<string, SweepCellResult>;
}

/** Puts cells together that have the same task, size, training, data and text, whichever directory they come from. */
export function partsOf(sweeps: readonly LoadedSweep[], known: Known): Part[] {
  const groups = new Map<string, Group>();
  for (const { directory, results, record } of sweeps) {
    const places = new Map(cellPlaces(results.spec, known).map((place) => [place.name, place]));
    for (const cell of results.cells) {
      const { grid, size, training, data } = places.get(cell.name) as CellPlace;
      const { name, task } = grid;
      const text = task === 'language' && (record?.corpus?.sha256 ?? null);
      const key = JSON.stringify([name, task, size, training, data, text]);
      const group = groups.get(key) ?? { grid, size, training, data, directory, cells: new Map() };
      groups.set(key, group);
      addCell(group, cell, directory);
    }
  }
  const all = [...groups.values()];
  return all.map((group) => partOf(group, titleOf(group, all), known));
}

function addCell({ cells }: Group, cell: SweepCellResult, directory: string): void {
  const key = `${cell.mixer} ${cell.ratio} ${cell.seed}`;
  const before = cells.get(key);
  const measured = ({ recall, bitsPerByte, losses }: SweepCellResult) => JSON.stringify([recall, bitsPerByte, losses]);
  if (before && before.failed === undefined && cell.failed === undefined && measured(before) !== measured(cell)) {
    throw new FileError(
      `${directory}: ${cell.name} has another result than the same cell of an earlier directory; report them apart.`,
    );
  }
  if (!before || before.failed !== undefined) cells.set(key, cell);
}

/** What distinguishes a part from the others of its task. */
function titleOf(group: Group, all: readonly Group[]): string {
  const { grid, size, directory } = group;
  const title = grid.task === 'recall' ? 'Recall' : 'Language modelling';
  const others = all.filter((other) => other !== group && other.grid.task === grid.task);
  if (others.length === 0) return title;
  const sameName = others.filter((other) => other.grid.name === grid.name && other.size.name === size.name);
  const name = grid.name === grid.task || grid.name.includes(size.name) ? size.name : `${grid.name}, ${size.name}`;
  return `${title}: ${name}${sameName.length > 0 ? `, ${directory}` : ''}`;
}

function partOf({ grid, training, data, cells }: Group, title: string, { mixers }: Known): Part {
  const all = [...cells.values()];
  const models = new Map<string, SweepCellResult[]>();
  for (const cell of all) {
    const key = `${cell.mixer} ${cell.ratio}`;
    models.set(key, [...(models.get(key) ?? []), cell]);
  }
  const made = [...models.values()].map(modelOf).filter(({ cells }) => cells.length > 0);
  const isSoftmax = ({ mixer }: Model) => mixers.find(({ name }) => name === mixer)?.role === 'softmax';
  return {
    title,
    task: grid.task,
    ...{ grid, training, data },
    models: made.filter((model) => !isSoftmax(model)),
    transformer: made.find(isSoftmax) ?? null,
    failed: all.filter(({ failed }) => failed !== undefined),
  };
}

function modelOf(all: readonly SweepCellResult[]): Model {
  const [first] = all;
  const cells = all.filter(({ failed }) => failed === undefined).sort((a, b) => a.seed - b.seed);
  const [family] = first.title.split(',');
  return { mixer: first.mixer, family, ratio: first.ratio, cells, counts: cells[0] ?? first };
}

/** Every model of a part, the Transformer last. */
export function modelsOf({ models, transformer }: Part): Model[] {
  return transformer ? [...models, transformer] : [...models];
}

/** Linear mixers of a part in the order of the grid. */
export function mixersOf({ models }: Part): { mixer: string; family: string }[] {
  const names = [...new Set(models.map(({ mixer }) => mixer))];
  return names.map((mixer) => ({ mixer, family: models.find((m) => m.mixer === mixer)?.family as string }));
}

/** Ratios of a part, from none to the most softmax layers. */
export function ratiosOf({ models }: Part): Ratio[] {
  return [...new Set(models.map(({ ratio }) => ratio))].sort((a, b) => shareOf(a) - shareOf(b));
}

/** Part of the layers that is softmax. */
function shareOf(ratio: Ratio): number {
  return ratio === 'pure' ? 0 : 1 / Number(ratio);
}

export function ratioText(ratio: Ratio): string {
  return ratio === 'pure' ? 'pure' : `1 in ${ratio}`;
}

/** Pairs of the hardest evaluation. */
export function mostPairs(part: Part): number {
  return Math.max(
    ...modelsOf(part).flatMap(({ cells }) => cells.flatMap((c) => Object.keys(recallOf(c) ?? {}).map(Number))),
  );
}

/** What a cell is judged by: accuracy at the most pairs, or bits per byte. */
export function measureOf(part: Part, cell: SweepCellResult): number {
  return part.task === 'recall' ? (recallOf(cell)?.[mostPairs(part)] ?? Number.NaN) : (bitsOf(cell) as number);
}

export function resultOf(part: Part, model: Model | null | undefined): Spread | null {
  return model ? spreadOf(model.cells.map((cell) => measureOf(part, cell)).filter(Number.isFinite)) : null;
}

/** Steps that all seeds of a model have skipped. */
export function skippedBy({ cells }: Model): number {
  return cells.reduce((sum, { skipped = 0 }) => sum + skipped, 0);
}

export function modelAt({ models }: Part, mixer: string, ratio: Ratio): Model | undefined {
  return models.find((m) => m.mixer === mixer && m.ratio === ratio);
}

/**
 * Mean over the mixers at each ratio, seed by seed: over the mixers, and the seeds, that have a result at every ratio.
 */
export function meansOf(part: Part): { ratio: Ratio; spread: Spread; mixers: number }[] {
  const ratios = ratiosOf(part);
  const seedsAt = (mixer: string, ratio: Ratio) => modelAt(part, mixer, ratio)?.cells.map(({ seed }) => seed) ?? [];
  const complete = mixersOf(part).filter(({ mixer }) => ratios.every((ratio) => seedsAt(mixer, ratio).length > 0));
  const seeds = [...new Set(complete.flatMap(({ mixer }) => ratios.flatMap((ratio) => seedsAt(mixer, ratio))))].filter(
    (seed) => complete.every(({ mixer }) => ratios.every((ratio) => seedsAt(mixer, ratio).includes(seed))),
  );
  if (complete.length < 2 || seeds.length === 0) return [];
  return ratios.map((ratio) => {
    const values = seeds.map((seed) => {
      const cells = complete.map(({ mixer }) => modelAt(part, mixer, ratio)?.cells.find((c) => c.seed === seed));
      return cells.reduce((sum, cell) => sum + measureOf(part, cell as SweepCellResult), 0) / cells.length;
    });
    return { ratio, spread: spreadOf(values) as Spread, mixers: complete.length };
  });
}
