// The report of a replay: every tensor with its error beside its tolerance, the worst last.
import { relative } from 'node:path';
import type { WrongCase } from './cases.ts';
import { byShare, holds, type Measured, type Replayed } from './measured.ts';
import type { Outcome } from './replay.ts';

/** What is wrong with the input as a whole. */
export function faultOf({ replayed, skipped, broken }: Outcome): string | null {
  if (broken.length > 0)
    return `${broken.length} goldens are broken, the first is ${broken[0].path}: ${broken[0].reason}`;
  if (replayed.length > 0) return null;
  const [{ path, reason }] = skipped;
  const all = skipped.length > 1 ? `all ${skipped.length} goldens were skipped, the first is ` : '';
  return `nothing was replayed: ${all}${path}: ${reason}; name others.`;
}

/** True when something was replayed and all of it is within its tolerance. */
export function isWithin({ replayed, broken }: Outcome): boolean {
  const isRight = ({ measured, cases }: Replayed) => measured.every(holds) && (cases?.wrong ?? []).length === 0;
  return replayed.length > 0 && broken.length === 0 && replayed.every(isRight);
}

/** The same as data: tensors from best to worst. */
export function dataOf(outcome: Outcome): Record<string, unknown> {
  const tensors = outcome.replayed
    .flatMap(({ path, measured }) => measured.map((m) => ({ path: shownPath(path), ...m, ok: holds(m) })))
    .sort(byShare)
    // JSON has no Infinity.
    .map((m) => ({ ...m, error: jsonOf(m.error), tolerance: jsonOf(m.tolerance) }));
  const { device, dtype, skipped, broken } = outcome;
  return {
    ok: isWithin(outcome),
    device,
    dtype,
    goldens: outcome.replayed.length,
    tensors,
    above: tensors.filter(({ ok }) => !ok).length,
    worst: tensors.at(-1) ?? null,
    cases: casesOf(outcome),
    skipped,
    broken,
  };
}

/** Of all tokenizers, and of sampling. */
function casesOf({ replayed }: Outcome) {
  const wrong = replayed.flatMap(({ path, cases }) =>
    (cases?.wrong ?? []).map((one) => ({ path: shownPath(path), ...one })),
  );
  return { count: replayed.reduce((sum, { cases }) => sum + (cases?.count ?? 0), 0), wrong };
}

const jsonOf = (x: number) => (Number.isFinite(x) ? x : 'Infinity');

/** As text: goldens by their worst tensor, each with its tensors, after what was left out; at the end one line of summary. */
export function textOf(outcome: Outcome): string {
  const { replayed, skipped, broken, device, dtype } = outcome;
  const sorted = replayed
    .map(({ path, measured }) => ({ path, measured: [...measured].sort(byShare) }))
    .filter(({ measured }) => measured.length > 0)
    .sort((a, b) => byShare(a.measured.at(-1)!, b.measured.at(-1)!));
  const width = Math.max(10, ...sorted.flatMap(({ measured }) => measured.map((m) => m.tensor.length)));
  const left = [
    ...skipped.map(({ path, reason }) => `skipped  ${shownPath(path)}: ${reason}`),
    ...broken.map(({ path, reason }) => `broken   ${shownPath(path)}: ${reason}`),
  ];
  const lines = sorted.flatMap(({ path, measured }) => [
    shownPath(path),
    ...measured.map((m) => `  ${m.tensor.padEnd(width)}  ${lineOf(m)}`),
  ]);
  const { count, wrong } = casesOf(outcome);
  for (const { path, cases } of replayed) {
    if (cases)
      lines.push(shownPath(path), `  ${cases.count} cases`, ...cases.wrong.map((one) => `  ${wrongLine(one)}`));
  }
  if (lines.length > 0) lines.push('');
  const all = replayed.flatMap(({ measured }) => measured);
  const above = all.filter((m) => !holds(m)).length;
  const verdicts = [
    above > 0 ? `${above} ABOVE TOLERANCE` : all.length > 0 ? 'all within tolerance' : '',
    wrong.length > 0 ? `${wrong.length} of ${count} cases WRONG` : count > 0 ? `all ${count} cases right` : '',
  ].filter((text) => text !== '');
  lines.push(
    `${goldensText(replayed.length)}, ${all.length} tensors on ${device} (${dtype})` +
      `${verdicts.length > 0 ? `: ${verdicts.join(', ')}` : ''}` +
      `${skipped.length > 0 ? `, ${goldensText(skipped.length)} skipped` : ''}${broken.length > 0 ? `, ${broken.length} broken` : ''}`,
  );
  return `${[...left, ...lines].join('\n')}\n`;
}

const goldensText = (count: number) => `${count} golden${count === 1 ? '' : 's'}`;

const wrongLine = ({ index, text, what, ours, expected }: WrongCase): string =>
  `case ${index}, ${briefly(text)}: ${what} ${briefly(ours)} where ${briefly(expected)} is expected`;

const briefly = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
};

const gaugeWidth = 12;

/** Error, tolerance and a gauge that is full at the tolerance and empty six decades below it. */
function lineOf(m: Measured): string {
  if (m.tolerance === Number.POSITIVE_INFINITY) return `${power(m.error)}, not held in f32`;
  const decades = m.error === 0 ? -6 : Math.log10(m.error / m.tolerance);
  const full = Math.round(gaugeWidth * Math.min(1, Math.max(0, 1 + decades / 6)));
  const gauge = '▪'.repeat(full).padEnd(gaugeWidth, '·');
  return `${power(m.error)} of ${power(m.tolerance)}  ${gauge}${holds(m) ? '' : `  ABOVE, worst at element ${m.worst}`}`;
}

const power = (x: number) => (Number.isFinite(x) ? x.toExponential(1) : 'not finite').padEnd(7);

/** A path as the user would write it here. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short !== '' && !short.startsWith('..') ? short : path;
}
