// What runs beside each other allow to say, and what they do not.
import type { ComparedMeasure, TaskFamily } from '@twilljs/eval';
import { grouped } from '@twilljs/eval';
import { capital, fixed, listed, spanOf } from '../text/stats.ts';
import { butForSeed, type ComparedRun, chanceIn, type Estimate, estimateIn } from './compared.ts';
import { settingsOf } from './settings.ts';

type Measured = readonly [run: ComparedRun, estimate: Estimate];

/** Differences of this many standard errors are told from none. */
const ERRORS = 2;

/** Sentences, in the order in which they matter. */
export function conclusions(runs: readonly ComparedRun[]): string[] {
  const tasks = [...new Set(runs.map(({ task }) => task))];
  const sentences = [
    tasks.length > 1 &&
      `They learned different tasks (${listed(tasks.map(({ title }) => title.toLowerCase()))}): results are compared within each.`,
    ...tasks.flatMap((task) =>
      onTask(
        task,
        runs.filter((run) => run.task === task),
      ),
    ),
    ...unfinished(runs),
    ...unequal(runs),
  ];
  return sentences.filter((sentence) => typeof sentence === 'string');
}

function onTask(task: TaskFamily, runs: readonly ComparedRun[]): (string | false)[] {
  if (runs.length < 2) return [];
  const [main] = task.measures;
  const measured = runs.flatMap((run): Measured[] => {
    const estimate = estimateIn(run, main);
    return estimate ? [[run, estimate]] : [];
  });
  const apart = differentRows(runs);
  if (apart.length > 0) {
    const start = `In training they were measured on different rows (${listed(apart)} differ): a number of one is not to be compared with that of another`;
    return [
      apart.includes('tokenizer')
        ? `${start}, unless the text is the same: bits per byte are by its bytes, whatever the tokenizer. twill eval DIR --all --data TEXT measures each on one text.`
        : `${start}.`,
    ];
  }
  if (measured.length < 2 || main.better === null)
    return [`There are fewer than two results to compare by ${main.title}.`];
  return [order(task, main, measured), chance(runs, measured)];
}

/** Options of the data that decide on what is measured; how many rows make a batch does not. */
function differentRows(runs: readonly ComparedRun[]): string[] {
  return settingsOf(runs)
    .differing.map(({ name }) => name)
    .filter((name) => name.startsWith('data.') && name !== 'data.batch')
    .map((name) => name.slice('data.'.length));
}

/** From the best, and whether the others are further from it than the error of measurement. */
function order(task: TaskFamily, main: ComparedMeasure, measured: readonly Measured[]): string {
  const sign = main.better === 'lower' ? 1 : -1;
  const [[best, least], ...others] = [...measured].sort(([, a], [, b]) => sign * (a.value - b.value));
  const noun = task.words?.noun ?? main.title;
  if (others.every(([, { value }]) => value === least.value)) {
    const names = listed(measured.map(([{ name }]) => name));
    return `${capital(noun)} is the same in ${names}, to the last digit (${main.title} ${fixed(least.value)}).`;
  }
  const behind = others.map(([{ name }, { value, error }]) => {
    const gap = Math.abs(value - least.value);
    const both = error === null || least.error === null ? null : Math.hypot(error, least.error);
    return { name, gap, both, isNear: both !== null && gap <= ERRORS * both };
  });
  const told = behind.map(({ name, gap, both, isNear }) => {
    const how =
      both === null
        ? 'no error of measurement is known'
        : isNear
          ? `within ${ERRORS} standard errors of the difference, ${fixed(both)}: not told apart`
          : `more than ${ERRORS} standard errors of the difference, ${fixed(both)}`;
    return `${name} by ${fixed(gap)} (${how})`;
  });
  const guess = chanceIn(best);
  const chance = guess === null ? '' : `; chance is ${fixed(guess)}`;
  const verb = behind.some(({ isNear }) => isNear) ? 'is best, though not by enough to tell,' : 'is best';
  return `${capital(noun)} ${verb} in ${best.name} (${main.title} ${fixed(least.value)}${chance}). Behind it: ${told.join('; ')}.`;
}

/** Runs that differ in their seed alone say how much chance moves; without them nothing does. */
function chance(runs: readonly ComparedRun[], measured: readonly Measured[]): string {
  const groups = new Map<string, Measured[]>();
  for (const one of measured) {
    const key = butForSeed(one[0].record);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const repeated = [...groups.values()].filter((group) => new Set(group.map(([run]) => run.record.seed)).size > 1);
  if (repeated.length > 0) {
    const spans = repeated.map((group) => spanOf(group.map(([, { value }]) => value)));
    return `Runs that differ in their seed alone differ by up to ${fixed(Math.max(...spans))}: of other differences, smaller ones can be chance.`;
  }
  // Fields that only some have come with their mixer or their layers, and are no decision of their own.
  const several = settingsOf(runs).differing.filter(
    ({ name, values }) => /^(model|training|data)/.test(name) && !values.includes(null),
  );
  return `There is one seed of each: another seed can move a result by more than the error of measurement, so a difference can be chance.${
    several.length > 1
      ? ` ${listed(several.map(({ name }) => name))} differ at once, and a difference of results belongs to no single one of them.`
      : ''
  }`;
}

function unfinished(runs: readonly ComparedRun[]): string[] {
  const open = runs.filter(({ record }) => record.status !== 'finished');
  if (open.length === 0) return [];
  const told = open.map(
    ({ name, metrics, record }) =>
      `${name} (${record.status}, step ${grouped(metrics.step)} of ${grouped(record.training.steps)})`,
  );
  return [`Not finished: ${listed(told)}; what is measured there is from the way.`];
}

/** What makes one model richer than the other. */
function unequal(runs: readonly ComparedRun[]): (string | false)[] {
  const tokens = new Set(runs.map(({ metrics }) => metrics.tokens));
  const counts = runs.flatMap(({ counts }) => (counts ? [counts.parameters] : []));
  const more = counts.length > 1 ? Math.round((Math.max(...counts) / Math.min(...counts) - 1) * 100) : 0;
  const skipped = runs.filter(({ metrics }) => metrics.skipped.length > 0);
  return [
    tokens.size > 1 &&
      `They read different numbers of tokens: ${listed(runs.map(({ name, metrics }) => `${name} ${grouped(metrics.tokens)}`))}.`,
    more > 0 && `Parameter counts differ by up to ${more} %.`,
    skipped.length > 0 &&
      `Steps without a finite loss or gradient were skipped: ${listed(skipped.map(({ name, metrics }) => `${name} ${grouped(metrics.skipped.length)}`))}.`,
  ];
}
