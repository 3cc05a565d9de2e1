// What is trained here, as jobs of flame: a run, or all cells of a sweep that learn from text.
import { taskNamed } from '@twilljs/eval';
import { type FlameData, type FlameJob, type FlameJobOptions, flameJob } from '@twilljs/hub/node';
import { familiesOf, type Known, planSweep, type SweepSpec } from '@twilljs/sweep';
import { OptionError } from '@twilljs/tensor';
import type { TrainOptions } from '@twilljs/train';
import type { RunRecord } from '@twilljs/train/node';
import { type FlameIds, withIds } from './ids.ts';

/** What all jobs of a call have in common. */
export interface JobsAsked {
  readonly data: FlameData;
  readonly cards: NonNullable<FlameJobOptions['cards']>;
  readonly ids: FlameIds;
  readonly known: Known;
  note(line: string): void;
}

/** A run, to be trained anew. @throws OptionError for one that flame cannot train. */
export function jobOfRun(name: string, record: RunRecord, asked: JobsAsked): FlameJob {
  const { data, training, seed, adapter, init, model } = record;
  const family = taskNamed(asked.known.tasks, data.kind, `${name}: data.kind`);
  if (!family.readsText) {
    throw new OptionError(`${name}: its task is ${family.name}, and flame trains on text; name a run that reads text.`);
  }
  if (adapter) throw new OptionError(`${name}: it trains an adapter, and flame whole models; name another run.`);
  if (init) asked.note(`${name} began with the weights of ${init.directory}; the job begins with fresh ones.`);
  const { vocab_size: before } = model;
  const config = withIds(model, asked.ids);
  if (before !== config.vocab_size) {
    asked.note(`vocab_size ${before} becomes ${config.vocab_size}: the ids are those of ${asked.ids.name}.`);
  }
  return jobOf({ name, config, training: trainingOf(name, training, data, seed, asked) }, asked);
}

/** The part of a sweep that flame can train, with the ids of its tokenizer. */
export function specForFlame(spec: SweepSpec, { known, ids, note }: JobsAsked): SweepSpec {
  const reads = (task: string) => taskNamed(known.tasks, task, 'sweep').readsText;
  const grids = spec.grids.filter(({ task }) => reads(task));
  const left = spec.grids.filter(({ task }) => !reads(task)).map(({ name }) => name);
  if (grids.length === 0) {
    throw new OptionError(
      `${spec.name}: none of its grids reads text, and flame trains on nothing else; name another.`,
    );
  }
  if (left.length > 0) note(`left out, since flame trains on text: ${left.join(', ')}.`);
  const sized = ({ model, ...size }: SweepSpec['grids'][number]['sizes'][number]) => {
    const own = withIds(model, ids);
    if (own.vocab_size !== model.vocab_size && model.vocab_size !== undefined) {
      note(
        `size ${size.name}: vocab_size ${model.vocab_size} becomes ${own.vocab_size}, the ids are those of ${ids.name}.`,
      );
    }
    return { ...size, model: own };
  };
  return { ...spec, grids: grids.map((grid) => ({ ...grid, sizes: grid.sizes.map(sized) })) };
}

/** A job for each cell, by its name. */
export function jobsOfSweep(spec: SweepSpec, asked: JobsAsked): Map<string, FlameJob> {
  return new Map(
    planSweep(spec, asked.known).map(({ name, config, training, data, seed }) => {
      const own = trainingOf(spec.name, training, data, seed, asked);
      return [name, jobOf({ name, config: withIds(config, asked.ids), training: own }, asked)] as const;
    }),
  );
}

function jobOf(
  own: {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly training: FlameJobOptions['training'];
  },
  { data, cards, ids, known }: JobsAsked,
): FlameJob {
  return flameJob({ ...own, data, cards, mixers: familiesOf(known), tokenizer: ids.tokenizer });
}

/** @param where for messages. */
function trainingOf(
  where: string,
  training: TrainOptions,
  data: Readonly<Record<string, unknown>>,
  seed: number,
  { note }: JobsAsked,
): FlameJobOptions['training'] {
  const { steps, lr, warmup, decay, minRatio, weightDecay, decayed, beta1, beta2, eps, maxNorm } = training;
  const { optimizer, groups } = training;
  if (optimizer !== 'adamw') {
    throw new OptionError(`${where}: optimizer is ${optimizer}, and the torchtitan of flame has adamw; choose that.`);
  }
  if (groups.length > 0) {
    throw new OptionError(`${where}: it has groups of parameters, and flame trains all alike; leave them out.`);
  }
  if (decayed === 'matrices' && weightDecay > 0) {
    note(`${where}: flame's weight decay is on all parameters, not on those of two axes and more alone.`);
  }
  return {
    ...{ steps, lr, warmup, decay, minRatio, weightDecay, beta1, beta2, eps, maxNorm, seed },
    ...{ batch: Number(data.batch), length: Number(data.length), apart: data.packing === 'apart' },
  };
}
