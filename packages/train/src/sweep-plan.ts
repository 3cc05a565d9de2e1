// The cells of a sweep, in the order of its grids, with what each costs: counted on shapes, before anything is allocated.
import { mqar } from '@twilljs/data';
import { stateBytes, trainingFlops } from '@twilljs/eval';
import { configOf, hybrid, type ModelSize, type Ratio } from '@twilljs/hybrid';
import { countParams, type MixerFamily, params, shapesOnly } from '@twilljs/nn';
import { isTwillError, OptionError, rng } from '@twilljs/tensor';
import { STATE_CONTEXTS, type SweepCellResult } from './sweep-results.ts';
import type { RecallData, SweepGrid, SweepSpec, SweepTraining } from './sweep-spec.ts';

/** Ids of bytes. */
const BYTES = 256;

/** What a model costs, whatever its weights. */
export type ModelCounts = Pick<
  SweepCellResult,
  'layers' | 'parameters' | 'nonEmbeddingParameters' | 'flopsPerToken' | 'stateBytes'
>;

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

/**
 * All cells of a specification.
 *
 * @param families the mixers that it names.
 * @throws OptionError naming the cell, when its model or its task cannot be made, or two cells have one name.
 */
export function planSweep(spec: SweepSpec, families: readonly MixerFamily[]): SweepCell[] {
  const cells = spec.grids.flatMap((grid) => cellsOf(grid, families));
  const names = new Set<string>();
  for (const { name } of cells) {
    if (names.has(name)) {
      throw new OptionError(`sweep: two grids have a cell ${name}; give one of the grids another name.`);
    }
    names.add(name);
  }
  return cells;
}

function cellsOf(grid: SweepGrid, families: readonly MixerFamily[]): SweepCell[] {
  const cells: SweepCell[] = [];
  for (const size of grid.sizes) {
    for (const mixer of grid.mixers) {
      const family = families.find(({ name }) => name === mixer) as MixerFamily;
      const ratios: readonly Ratio[] = family.role === 'softmax' ? ['pure'] : grid.ratios;
      for (const ratio of ratios) cells.push(...cellsOfModel(grid, size, family, ratio, families));
    }
  }
  return cells;
}

/** One model with every seed. */
function cellsOfModel(
  grid: SweepGrid,
  size: ModelSize,
  family: MixerFamily,
  ratio: Ratio,
  families: readonly MixerFamily[],
): SweepCell[] {
  const { task, training, data, seeds } = grid;
  const weave = ratio === 'pure' ? 'pure' : `r${ratio}`;
  const stem = [grid.name, ...(grid.sizes.length > 1 ? [size.name] : []), family.name, weave].join('-');
  const given = configOf(size, family.name, ratio);
  const least = task === 'recall' ? (data as RecallData).vocab : BYTES;
  const config = { ...given, vocab_size: given.vocab_size ?? least };
  const { model, counts } = inCell(stem, () => {
    const model = hybrid(config, { mixers: families, init: shapesOnly() });
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
  const title = family.title + (ratio === 'pure' ? '' : `, 1 in ${ratio} full`);
  return seeds.map((seed) => ({
    name: `${stem}-s${seed}`,
    task,
    mixer: family.name,
    ratio,
    seed,
    title,
    config,
    training,
    data,
    ...counts,
    trainingFlops: trainingFlops(model, tokens, data.length),
  }));
}

/** Parameters, arithmetic at a length and state of a model. */
export function countsOf(model: ReturnType<typeof hybrid>, length: number): ModelCounts {
  const embedding = ['model.embeddings.weight', 'lm_head.weight'].map((name) => params(model).get(name)?.size ?? 0);
  const parameters = countParams(model);
  return {
    layers: model.config.model.num_hidden_layers,
    parameters,
    nonEmbeddingParameters: parameters - embedding[0] - embedding[1],
    flopsPerToken: model.flopsPerToken(length),
    stateBytes: Object.fromEntries(
      STATE_CONTEXTS.map((tokens) => [tokens, stateBytes(model, tokens)]),
    ) as ModelCounts['stateBytes'],
  };
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
