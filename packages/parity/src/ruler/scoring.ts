// Replays `scoring.jsonl` and `constants.jsonl`: how predictions are scored, fixed orders, places of needles and UUIDs.
import { rulerParts } from '@twilljs/eval';
import { type Cases, different, linesIn } from '../cases.ts';

const { depths, inFixedOrder, matched, ofItsOwn, processed, uuidOf } = rulerParts;

interface Scored {
  readonly predictions: readonly string[];
  readonly references: readonly (readonly string[])[];
  readonly processed: readonly string[];
  readonly upstream_all: number;
  readonly upstream_part: number;
  readonly port_all: readonly number[];
  readonly port_part: readonly number[];
}

interface Aggregate {
  readonly aggregate: readonly { readonly values: readonly number[]; readonly out: number }[];
}

export function replayScoring(path: string): Cases {
  const isScored = ({ predictions, references, aggregate }: Record<string, unknown>) =>
    Array.isArray(aggregate) || (Array.isArray(predictions) && Array.isArray(references));
  const rows = linesIn<Scored | Aggregate>(path, 'predictions and references, or aggregate', isScored);
  const wrong = rows.flatMap((row, i) => {
    if ('aggregate' in row) {
      const ours = row.aggregate.map(({ values }) => ofItsOwn.of(values));
      return different(i, 'aggregate', [['aggregate', ours, row.aggregate.map(({ out }) => out)]]);
    }
    const texts = row.predictions.map(processed);
    const scores = (match: 'all' | 'part', form: 'official' | 'lm-eval') =>
      texts.map((text, j) => matched(match, form, text, row.references[j]));
    return different(i, row.predictions.join(' | '), [
      ['processed', texts, row.processed],
      ['upstream_all', percent(scores('all', 'official')), row.upstream_all],
      ['upstream_part', percent(scores('part', 'official')), row.upstream_part],
      ['port_all', scores('all', 'lm-eval'), row.port_all],
      ['port_part', scores('part', 'lm-eval'), row.port_part],
    ]);
  });
  return { count: rows.length, wrong };
}

/** The mean in percent, rounded to two digits as Python rounds: halves to the even one. */
function percent(scores: readonly number[]): number {
  const value = (scores.reduce((sum, score) => sum + score, 0) / scores.length) * 100;
  const isHalf = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  if (!isHalf) return Number(value.toFixed(2));
  const below = Math.floor(value * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}

interface Fixed {
  readonly shuffle_seed_42: readonly (readonly number[])[];
  readonly depths: readonly number[];
  readonly uuid_from_bits: readonly (readonly [bits: string, uuid: string])[];
}

export function replayConstants(path: string): Cases {
  const isFixed = (one: Record<string, unknown>) =>
    [one.shuffle_seed_42, one.depths, one.uuid_from_bits].every(Array.isArray);
  const [fixed] = linesIn<Fixed>(path, 'shuffle_seed_42, depths and uuid_from_bits', isFixed);
  const pairs = [
    ...fixed.shuffle_seed_42.map((order) => ['shuffle_seed_42', inFixedOrder([...order.keys()]), order] as const),
    ['depths', depths, fixed.depths] as const,
    ...fixed.uuid_from_bits.map(([bits, uuid]) => ['uuid_from_bits', uuidOf(BigInt(`0x${bits}`)), uuid] as const),
  ];
  const wrong = pairs.flatMap((pair, i) => different(i, pair[0], [pair]));
  return { count: pairs.length, wrong };
}
