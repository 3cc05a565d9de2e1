// The arguments of flame's train.sh. None is left to its defaults: they have changed from version to version.
import type { FlameSteps, FlameTraining } from './plan.ts';

/** What a model learns from, by the names that Hugging Face has for it. */
export interface FlameData {
  /** Of the Hub, or several with commas between. */
  readonly dataset: string;
  /** Its configuration. */
  readonly name: string;
  readonly split: string;
}

/** An argument and its value; null: a flag without one. */
export type FlameArgument = readonly [name: string, value: string | null];

/** Processes of a card that read data, and batches that each reads ahead: those of flame. */
const [WORKERS, AHEAD] = [32, 2];

/** Steps from one checkpoint to the next, checkpoints that are kept, and steps from one line of the log to the next. */
const [CHECKPOINT, KEPT, LOG] = [2048, 2, 32];

/** Resume from the newest checkpoint. */
const NEWEST = -1;

/** @param paths as run.sh has them; train.sh looks for four of these arguments with one space before their values. */
export function flameArguments(
  training: FlameTraining,
  { batchSize, seqLen, contextLen, accumulation }: FlameSteps,
  { dataset, name, split }: FlameData,
  paths: { readonly dump: string; readonly config: string; readonly tokenizer: string },
): FlameArgument[] {
  const { steps, lr, warmup, decay, minRatio, weightDecay, beta1, beta2, eps, maxNorm, seed, apart } = training;
  const values: Readonly<Record<string, string | number | boolean>> = {
    'job.config_file': 'flame/models/fla.toml',
    'job.dump_folder': paths.dump,
    'model.config': paths.config,
    'model.tokenizer_path': paths.tokenizer,
    'optimizer.name': 'AdamW',
    'optimizer.eps': eps,
    'optimizer.lr': lr,
    'optimizer.weight_decay': weightDecay,
    'optimizer.beta1': beta1,
    'optimizer.beta2': beta2,
    'lr_scheduler.warmup_steps': warmup,
    'lr_scheduler.decay_type': decay === 'constant' ? 'linear' : decay,
    'lr_scheduler.lr_min': decay === 'constant' ? 1 : minRatio,
    'training.batch_size': batchSize,
    'training.seq_len': seqLen,
    'training.context_len': contextLen,
    'training.varlen': apart,
    'training.gradient_accumulation_steps': accumulation,
    'training.steps': steps,
    'training.max_norm': maxNorm,
    'training.skip_nan_inf': true,
    'training.dataset': dataset,
    'training.dataset_name': name,
    'training.dataset_split': split,
    'training.num_workers': WORKERS,
    'training.prefetch_factor': AHEAD,
    'training.seed': seed,
    'training.compile': false,
    'checkpoint.interval': CHECKPOINT,
    'checkpoint.load_step': NEWEST,
    'checkpoint.keep_latest_k': KEPT,
    'metrics.log_freq': LOG,
  };
  return Object.entries(values).flatMap(([of, value]): FlameArgument[] => {
    if (value === false) return []; // a flag, which says yes by being there
    return [[`--${of}`, value === true ? null : String(value)]];
  });
}

/** Flags of `flameArguments` that are off, for people. */
export const flagsOff = ({ apart }: FlameTraining): string[] => [
  ...(apart ? [] : ['--training.varlen']),
  '--training.compile',
];
