// Replays goldens of ops and of models, as many as lie at the given paths.
import type { MixerFamily } from '@twilljs/nn';
import { type Device, isTwillError } from '@twilljs/tensor';
import type { Replayed } from './measured.ts';
import { replayModel } from './replay-model.ts';
import { replayOp } from './replay-op.ts';
import { findTargets, type Refused } from './targets.ts';

export interface ReplayOptions {
  /** Whose models can be replayed. */
  readonly mixers: readonly MixerFamily[];
  readonly device: Device;
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
  const { mixers, device, label, observe = () => {} } = options;
  const { found, skipped, broken: damaged } = findTargets(paths, mixers);
  const broken = [...damaged];
  const replayed: Replayed[] = [];
  for (const [i, target] of found.entries()) {
    const { kind, path } = target;
    observe(path, i, found.length);
    try {
      const measured = kind === 'op' ? replayOp(target, device) : replayModel(target, mixers, device);
      replayed.push({ path, measured: await measured });
    } catch (error) {
      // One golden whose contents fit no op or model says nothing about the others.
      if (!isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }
  return { device: label, dtype: device.float, replayed, skipped, broken };
}
