// Replays goldens of ops, models, adapters, tokenizers, sampling and evaluation, as many as lie at the given paths.
import type { MixerFamily } from '@twilljs/nn';
import { type Device, isTwillError } from '@twilljs/tensor';
import type { ReplayedEvals } from './find-evals.ts';
import type { Replayed } from './measured.ts';
import { replayAdapter } from './replay-adapter.ts';
import { replayModel } from './replay-model.ts';
import { replayOp } from './replay-op.ts';
import { replaySampling } from './replay-sampling.ts';
import { replayTokenizer } from './replay-tokenizer.ts';
import { findTargets, type Refused, type Target } from './targets.ts';

export interface ReplayOptions {
  /** Whose models can be replayed. */
  readonly mixers: readonly MixerFamily[];
  readonly device: Device;
  /** Where models are, by name, of goldens that hold none. Default: nowhere. */
  readonly base?: string | undefined;
  /** Name of the device, for the report. */
  readonly label: string;
  /** Called before each golden; what it throws ends the replay. */
  readonly observe?: (path: string, done: number, of: number) => void;
}

export interface Outcome {
  /** Name of the device, and the type of its numbers. */
  readonly device: string;
  readonly dtype: string;
  readonly replayed: readonly Replayed[];
  readonly skipped: readonly Refused[];
  readonly broken: readonly Refused[];
}

/**
 * Every golden at these paths, folders and those below them included.
 *
 * @throws FileError when a path does not exist, or is itself no golden and holds none.
 */
export async function replayGoldens(paths: readonly string[], options: ReplayOptions): Promise<Outcome> {
  const { mixers, label, device, base = null, observe = () => {} } = options;
  const { found, ...others } = findTargets(paths, mixers, base);
  const [skipped, broken] = [[...others.skipped], [...others.broken]];
  const replayed: Replayed[] = [];
  for (const [i, target] of found.entries()) {
    const { path } = target;
    observe(path, i, found.length);
    try {
      const results = await replay(target, options);
      replayed.push(...results.replayed);
      skipped.push(...results.skipped);
    } catch (error) {
      // One golden whose contents fit no op or model says nothing about the others.
      if (!isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }
  return { device: label, dtype: device.float, replayed, skipped, broken };
}

async function replay(target: Target, { mixers, device }: ReplayOptions): Promise<ReplayedEvals> {
  const { path } = target;
  const one = (found: Omit<Replayed, 'path'>) => ({ replayed: [{ path, ...found }], skipped: [] });
  switch (target.kind) {
    case 'op':
      return one({ measured: await replayOp(target, device) });
    case 'model':
      return one({ measured: await replayModel(target, mixers, device) });
    case 'adapter':
      return one({ measured: await replayAdapter(target, mixers, device) });
    case 'tokenizer':
      return one({ measured: [], cases: await replayTokenizer(target) });
    case 'sampling':
      return one({ measured: [], cases: replaySampling(target) });
    case 'eval':
      return target.replay(mixers, device);
  }
}
