// All mixers as one list, to hand to the composer.
import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import type { MixerFamily } from '@twilljs/nn';

/** Every mixer of this version: `hybrid(config, { mixers })`. */
export const mixers: readonly MixerFamily[] = [attention, gatedDeltanet, deltanet];
