// What every mixer found on the tasks of a profile, to be kept: the figures beside which others are set.
import type { Known } from '@twilljs/sweep';
import type { LoadedSweep } from '../loaded.ts';
import { modelsOf } from '../part.ts';
import { partsOf } from '../parts.ts';
import { digestOf } from './digest.ts';
import type { Profile } from './profile.ts';
import { accuraciesOf, partsIn } from './scores.ts';

/**
 * What the mixers of sweeps found on the tasks of a profile.
 *
 * @param sweeps of mixers alone; models woven with softmax layers are left out.
 */
export function othersFrom(profile: Profile, sweeps: readonly LoadedSweep[], known: Known): Profile['others'] {
  const found = partsIn(profile, partsOf(sweeps), known).map(([{ name }, part]) => {
    const accuracy = known.mixers.flatMap(({ name: mixer }) => {
      const model = modelsOf(part).find((one) => one.mixer === mixer && one.ratio === 'pure');
      return model ? [[mixer, accuraciesOf(part, model).map(rounded)] as const] : [];
    });
    return [name, { digest: digestOf(part.grid), accuracy: Object.fromEntries(accuracy) }] as const;
  });
  return Object.fromEntries(found);
}

/** More digits say nothing of some hundred rows. */
const rounded = (accuracy: number): number => Math.round(accuracy * 1e4) / 1e4;
