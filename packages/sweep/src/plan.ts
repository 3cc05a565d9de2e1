// The cells of a sweep, in the order of its grids, with what each costs: counted on shapes, before anything is allocated.
import { mqar } from '@twilljs/data';
import { countsOf, type ModelCounts, trainingFlops } from '@twilljs/eval';
import { hybrid, type Ratio } from '@twilljs/hybrid';
import { type MixerFamily, shapesOnly } from '@twilljs/nn';
import { isTwillError, OptionError, rng } from '@twilljs/tensor';
import type { Known } from './known.ts';
import { configOf, type ModelSize } from './sizes.ts';
import type { RecallData, SweepGrid, SweepSpec, SweepTraining } from './spec.ts';

/** Ids of bytes. */
const BYTES = 256;

/** One run of a sweep. */
export interface SweepCell extends ModelCounts {
  readonly name: string;
  readonly task: SweepGrid['task'];
  readonly mixer: string;
  readonly ratio: Ratio;
  readonly seed: number;
  readonly title: string;
  /** For `hybrid`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly training: SweepTraining;
  readonly data: SweepGrid['data'];
  /** Of its whole training. */
  readonly trainingFlops: number;
}

/** Where a cell stands in its specification. */
export interface CellPlace {
  readonly name: string;
  readonly grid: SweepGrid;
  readonly size: ModelSize;
  readonly family: MixerFamily;
  readonly ratio: Ratio;
  readonly seed: number;
}

/**
 * The places of all cells, in the order of the grids.
 *
 * @param known what the specification may name.
 * @throws OptionError when two cells have one name.
 */
export function cellPlaces(spec: SweepSpec, known: Known): CellPlace[] {
  const places = spec.grids.flatMap((grid) => placesOf(grid, known));
  const names = new Set<string>();
  for (const { name } of places) {
    if (names.has(name)) {
      throw new OptionError(`sweep: two grids have a cell ${name}; give one of the grids another name.`);
    }
    names.add(name);
  }
  return places;
}

function placesOf(grid: SweepGrid, known: Known): CellPlace[] {
  const places: CellPlace[] = [];
  for (const size of grid.sizes) {
    for (const mixer of grid.mixers) {
      const family = known.mixers.find(({ name }) => name === mixer) as MixerFamily;
      const ratios: readonly Ratio[] = family.role === 'softmax' ? ['pure'] : grid.ratios;
      for (const ratio of ratios) {
        for (const seed of grid.seeds) {
          places.push({ name: `${stemOf(grid, size, mixer, ratio)}-s${seed}`, grid, size, family, ratio, seed });
        }
      }
    }
  }
  return places;
}

/** What tables call a model: `HGRN2, 1 in 4 full`. */
export function titleOf({ family, ratio }: CellPlace): string {
  return family.title + (ratio === 'pure' ? '' : `, 1 in ${ratio} full`);
}

/** Name of a model of a grid: of its cells, without the seed. */
function stemOf(grid: SweepGrid, size: ModelSize, mixer: string, ratio: Ratio): string {
  const weave = ratio === 'pure' ? 'pure' : `r${ratio}`;
  return [grid.name, ...(grid.sizes.length > 1 ? [size.name] : []), mixer, weave].join('-');
}

/**
 * All cells of a specification.
 *
 * @param known what it may name.
 * @throws OptionError naming the cell, when its model or its task cannot be made, or two cells have one name.
 */
export function planSweep(spec: SweepSpec, known: Known): SweepCell[] {
  const models = new Map<string, Model>();
  return cellPlaces(spec, known).map((place) => {
    const { name, grid, size, family, ratio, seed } = place;
    const stem = stemOf(grid, size, family.name, ratio);
    const model = models.get(stem) ?? modelOf(stem, place, known);
    models.set(stem, model);
    const { task, training, data } = grid;
    return { name, task, mixer: family.name, ratio, seed, title: titleOf(place), training, data, ...model };
  });
}

/** What the cells of a model have in common, whatever their seeds. */
type Model = ModelCounts & Pick<SweepCell, 'config' | 'trainingFlops'>;

function modelOf(stem: string, { grid, size, family, ratio }: CellPlace, known: Known): Model {
  const { task, training, data } = grid;
  const given = configOf(size, family.name, ratio);
  const least = task === 'recall' ? (data as RecallData).vocab : BYTES;
  const config = { ...given, vocab_size: given.vocab_size ?? least };
  const { model, counts } = inCell(stem, () => {
    const model = hybrid(config, { mixers: known.mixers, init: shapesOnly() });
    if (task === 'recall') {
      const { length, pairs, vocab } = data as RecallData;
      mqar({ length, pairs, vocab, source: rng(0) });
    }
    return { model, counts: countsOf(model, data.length) };
  });
  if (model.config.model.vocab_size < least) {
    throw new OptionError(
      `sweep: ${stem}: vocab_size is ${model.config.model.vocab_size} but its task has ${least} ids; raise it.`,
    );
  }
  const tokens = training.steps * data.batch * data.length;
  return { config, ...counts, trainingFlops: trainingFlops(model, tokens, data.length) };
}

/** Names the cell in what is wrong with it. */
function inCell<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isTwillError(error)) throw error;
    throw new OptionError(`sweep: ${name}: ${error.message}`);
  }
}
