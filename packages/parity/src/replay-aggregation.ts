// Replays how values of documents become figures, and figures of benchmarks those of groups.
import { aggregations, pooledError, unweightedError, weightedMean } from '@twilljs/eval';

/** The part `aggregation` of `units.json`; figures of a bootstrap have their number of resamples in their name. */
export interface Aggregated {
  readonly values: readonly number[];
  readonly acc: readonly number[];
  readonly pairs: readonly (readonly [number, number])[];
  readonly groups: {
    readonly values: readonly number[];
    readonly stderrs: readonly number[];
    readonly sizes: readonly number[];
    readonly [figure: string]: unknown;
  };
  readonly [figure: string]: unknown;
}

/** By how much a figure may be off, of itself: what another order of a sum makes of it. */
const TOLERANCE = 1e-12;

const BOOTSTRAP = /^perplexity_bootstrap_stderr_(\d+)$/;

/** Ours and the golden's of every figure; ours is the golden's where it is near enough. */
export async function aggregatedOf(
  golden: Aggregated,
): Promise<(readonly [what: string, ours: unknown, expected: unknown])[]> {
  const { values, acc, pairs, groups } = golden;
  const { mean, perplexity, weightedPerplexity, bitsPerUnit } = aggregations;
  const ours: Record<string, number> = {
    perplexity: perplexity.of(values),
    acc_mean: mean.of(acc),
    acc_mean_stderr: await mean.stderr!(acc, 0),
    weighted_perplexity: weightedPerplexity.of(pairs),
    bits_per_byte: bitsPerUnit.of(pairs),
  };
  for (const name of Object.keys(golden)) {
    const [, resamples] = BOOTSTRAP.exec(name) ?? [];
    if (resamples) ours[name] = await perplexity.stderr!(values, Number(resamples));
  }
  const { sizes, stderrs } = groups;
  const ofGroups: Record<string, number> = {
    weighted_mean: weightedMean(groups.values, sizes),
    unweighted_mean: weightedMean(
      groups.values,
      sizes.map(() => 1),
    ),
    pooled_stderr: pooledError(stderrs, sizes),
    unweighted_stderr: unweightedError(stderrs),
  };
  return [
    ...Object.entries(ours).map(([name, one]) => near(name, one, golden[name])),
    ...Object.entries(ofGroups).map(([name, one]) => near(`groups: ${name}`, one, groups[name])),
  ];
}

function near(what: string, ours: number, expected: unknown): readonly [string, unknown, unknown] {
  const isNear = typeof expected === 'number' && Math.abs(ours - expected) <= TOLERANCE * Math.abs(expected);
  return [what, isNear ? expected : ours, expected];
}
