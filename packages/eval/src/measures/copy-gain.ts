// What the second occurrence of a passage gains.
import type { JsonObject } from '@twilljs/hub';
import { evaluateCopying } from '../language.ts';
import { type ComparedMeasure, estimateText, numberOrNull } from '../measure.ts';
import type { TextProbe } from '../tasks/text.ts';
import { errorOf, scaled } from './bits-per-byte.ts';

/** How many bits per byte less a passage costs when it comes again. */
export const copyGain: ComparedMeasure<TextProbe> = {
  name: 'copyGain',
  title: 'copy gain',
  about: 'Copy gain: how many bits per byte less a passage of text costs when it comes again soon after.',
  kind: 'number',
  better: 'higher',
  from: 1e6, // trained on less no model copies
  async compute(model, { copies, text, bytes }) {
    if (!copies) return { copyGain: null };
    const tokensPerByte = text.length / bytes;
    const { gain, notFinite } = await evaluateCopying(model, copies);
    return {
      notFinite: notFinite && `position ${notFinite.position} of row ${notFinite.row} of the copies`,
      copyGain: { mean: gain.mean * tokensPerByte, standardError: scaled(errorOf(gain), tokensPerByte) },
    };
  },
  value({ copyGain }) {
    if (copyGain === null) return null;
    const { mean } = (copyGain ?? {}) as JsonObject;
    return typeof mean === 'number' ? mean : undefined;
  },
  error: ({ copyGain }) => numberOrNull((copyGain as JsonObject | null)?.standardError),
  lines({ copyGain }) {
    const gain = copyGain as JsonObject | null;
    if (!gain) return [];
    return [`copy gain    ${estimateText(gain.mean, gain.standardError)} bits per byte of a passage that comes again`];
  },
};
