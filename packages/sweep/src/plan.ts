// The cells of a sweep, in the order of its grids, with what each costs: counted on shapes, before anything is allocated.
import { countsOf, type LossUnit, lossUnitOf, type ModelCounts, trainingFlops, withReadout } from '@twilljs/eval';
import { hybrid, type Ratio } from '@twilljs/hybrid';
import { type MixerFamily, shapesOnly } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import type { Tokenizer } from '@twilljs/tokenizers';
import { trainedOf } from '@twilljs/train';
import { sorted } from './axes.ts';
import { type CellOptions, cellOptionsOf, configWith, tablesOf } from './cell-options.ts';
import { inPlace, type Json } from './checks.ts';
import { type Asked, askedBy, familiesOf, type Known, mixerNamed } from './known.ts';
import { cellName, modelName, titleOf } from './names.ts';
import type { ModelSize } from './sizes.ts';
import type { SweepGrid, SweepSpec } from './spec.ts';

/** Where a cell stands in its specification, and what it is asked. */
export interface CellPlace extends CellOptions {
  readonly name: string;
  /** Of its model, which its cells of all seeds share. */
  readonly stem: string;
  readonly grid: SweepGrid;
  readonly size: ModelSize;
  readonly family: MixerFamily;
  readonly ratio: Ratio;
  readonly seed: number;
  readonly title: string;
  readonly asked: Asked;
}

/** One run of a sweep. */
export interface SweepCell extends ModelCounts, CellOptions {
  readonly name: string;
  /** Of its model, which its cells of all seeds share. */
  readonly stem: string;
  /** Name of its grid. */
  readonly grid: string;
  /** As the specification has it. */
  readonly task: string;
  readonly mixer: string;
  readonly ratio: Ratio;
  readonly seed: number;
  readonly title: string;
  readonly asked: Asked;
  readonly lossUnit: LossUnit;
  /** For `hybrid`. */
  readonly config: Json;
  /** Of its whole training. */
  readonly trainingFlops: number;
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
  const asked = askedBy(grid, known, 'sweep');
  const options = cellOptionsOf(grid, known, 'sweep');
  const places: CellPlace[] = [];
  for (const size of grid.sizes) {
    for (const mixer of grid.mixers) {
      const family = mixerNamed(known, mixer, 'sweep');
      const ratios: readonly Ratio[] = family.role === 'softmax' ? ['pure'] : grid.ratios;
      for (const ratio of ratios) {
        for (const own of options) {
          const parts = { family, ratio, settings: own.settings };
          const stem = modelName({ ...parts, grid: grid.name, size: grid.sizes.length > 1 ? size.name : null });
          const model = { ...own, stem, grid, size, family, ratio, title: titleOf(parts), asked };
          for (const seed of grid.seeds) places.push({ ...model, name: cellName(stem, seed), seed });
        }
      }
    }
  }
  return places;
}

/**
 * All cells of a specification.
 *
 * @param known what it may name.
 * @param tokenizer of its text. Default: a byte is a token.
 * @throws OptionError naming the cell, when its model or its task cannot be made, or two cells have one name.
 */
export function planSweep(spec: SweepSpec, known: Known, tokenizer?: Tokenizer): SweepCell[] {
  const models = new Map<string, Model>();
  return cellPlaces(spec, known).map((place) => {
    const { name, stem, grid, family, ratio, seed, title, settings, training, data, asked } = place;
    const model = models.get(stem) ?? inPlace(`sweep: ${stem}`, () => modelOf(place, known, tokenizer));
    models.set(stem, model);
    const named = { name, stem, grid: grid.name, task: grid.task, mixer: family.name, ratio, seed, title };
    const lossUnit = lossUnitOf(asked.family, { tokenizer: tokenizer !== undefined });
    return { ...named, lossUnit, settings, training, data, asked, ...model };
  });
}

/** What the cells of a model have in common, whatever their seeds. */
type Model = ModelCounts & Pick<SweepCell, 'config' | 'trainingFlops'>;

function modelOf(place: CellPlace, known: Known, tokenizer?: Tokenizer): Model {
  const { grid, settings, training, data, asked } = place;
  const task = asked.family;
  const ids = task.readsText && tokenizer;
  const least = ids ? ids.vocabSize : task.vocab(data);
  const given = configWith(place, sorted(settings, tablesOf(grid, known)).model, known);
  const { vocab_size = least } = given;
  const labels = task.readsText && !ids && vocab_size !== least ? { vocabulary: 'bytes' } : {};
  const [bos_token_id, eos_token_id] = ids ? [ids.bosId, ids.eosId] : [null, null];
  const config = withReadout({ bos_token_id, eos_token_id, ...given, vocab_size, ...labels }, task);
  const model = hybrid(config, { mixers: familiesOf(known), init: shapesOnly() });
  if (!task.readsText) task.batches(data, { seed: 0, steps: training.steps });
  if (model.config.model.vocab_size < least) {
    throw new OptionError(`vocab_size is ${model.config.model.vocab_size} but its task has ${least} ids; raise it.`);
  }
  trainedOf(model, training.groups);
  const tokens = training.steps * data.batch * data.length;
  return { config, ...countsOf(model, data.length), trainingFlops: trainingFlops(model, tokens, data.length) };
}
