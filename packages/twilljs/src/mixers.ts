// All mixers as one list, to hand to the composer.
import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { gla } from '@twilljs/gla';
import { hgrn } from '@twilljs/hgrn';
import { hgrn2 } from '@twilljs/hgrn2';
import { retnet } from '@twilljs/retnet';

/** Every mixer of this version: `hybrid(config, { mixers })`. */
export const mixers = [hgrn, hgrn2, retnet, gla, deltanet, gatedDeltanet, attention] as const;
