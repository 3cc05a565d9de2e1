// MAD's score of an architecture: the sweep that it takes, and the score of its results.
import { madProtocol } from '@twilljs/eval';
import { type ProtocolScore, protocolScores, protocolSpec, type SweepResults } from '@twilljs/sweep';
import { known } from './known.ts';
import { alike } from './sizes.ts';

/**
 * The sweep by which MAD judges mixers: two blocks of width 128 with SwiGLU, 396 runs for each architecture. Days of a graphics card:
 * of less, hand in a protocol with fewer settings to `protocolSpec`.
 *
 * @param mixers by name. @param ratios default: every mixer alone.
 * @example
 * writeFileSync('mad.json', JSON.stringify(madSpec(['gla']))); // twill sweep mad.json --out runs/mad
 */
export function madSpec(mixers: readonly string[], ratios: readonly string[] = ['pure']) {
  const { model, name } = madProtocol;
  return protocolSpec(madProtocol, { mixers, ratios, size: { name, model, ...alike(model.hidden_size, 4) } });
}

/**
 * The score of every architecture of a sweep: for each task the mean over its settings of the best test accuracy, and the mean of the tasks.
 *
 * @throws OptionError naming the runs that are missing.
 */
export const madScore = (results: SweepResults): ProtocolScore[] => protocolScores(results, known, madProtocol);
