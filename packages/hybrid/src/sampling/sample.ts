// Draws the next id.
import { type Data, OptionError, type Random, shown } from '@twilljs/tensor';
import type { IdList } from '../ids.ts';
import { mostLikely } from '../most-likely.ts';
import { checkSamplingBag, type SamplingOptions } from './options.ts';
import { idsBefore, probabilitiesOf, requireLogits } from './probabilities.ts';

/**
 * An id drawn from `probabilities(logits, ids, options)`; the most likely one at temperature 0.
 *
 * @param logits [N]; -inf for an id that must not come.
 * @throws OptionError as `probabilities`, and for what is no generator.
 */
export function sample(logits: Data, random: Random, options: SamplingOptions = {}, ids: IdList = []): number {
  if (typeof (random as Random | null)?.uniform !== 'function') {
    throw new OptionError(`sample: ${shown(random)} is no generator of random numbers; give rng(seed).`);
  }
  checkSamplingBag('sample', options);
  requireLogits('sample:', logits);
  return draw('sample:', logits, idsBefore(ids, logits), options, random);
}

/** The same of what was checked. @param where whose logits they are, for messages. */
export function draw(where: string, logits: Data, ids: IdList, options: SamplingOptions, random: Random): number {
  const likely = probabilitiesOf(where, logits, ids, options);
  if (options.temperature === 0) return mostLikely(likely);
  let left = random.uniform(1)[0];
  for (let i = 0; i < likely.length; i++) {
    left -= likely[i];
    if (left < 0) return i;
  }
  return mostLikely(likely); // the sum of all is 1 up to its last bits
}
