// The section of a profile: architectures on tasks of every skill, as a picture and as a table beside the others.
import type { Known } from '@twilljs/sweep';
import { type Block, paragraph } from '../document.ts';
import type { Figure } from '../figures/figure.ts';
import { modelsOf } from '../part.ts';
import { fixed, listed, meanOf, rangeText } from '../text/stats.ts';
import { seedsOf } from '../words.ts';
import { colorsOf, profileKeys, profilePicture } from './picture.ts';
import type { Profile } from './profile.ts';
import { type Architecture, type AskedTask, partsIn, type Scores, scoresOf } from './scores.ts';

/** Scores from which a task counts as learned, and below which as not. */
const [LEARNED, UNLEARNED] = [0.8, 0.15];

/** One section for all parts of the profile: it stands where the first of them does. */
export const profileFigure = (profile: Profile, known: Known): Figure => ({
  name: 'profile',
  title: 'Profile',
  draw(part, { parts }) {
    if (partsIn(profile, parts, known)[0]?.[1] !== part) return null;
    const scores = scoresOf(profile, parts, known);
    const names = listed(scores.own.map(({ name }) => name));
    return {
      title: `Profile of ${scores.own.length > 3 ? `${scores.own.length} models` : names} on ${profile.name}`,
      blocks: [
        paragraph(`${howToRead(scores)} ${unlearned(scores)}`.trim()),
        ...scores.own.flatMap((one): Block[] => [
          pictures(one, scores, known),
          paragraph(wordsOf(one, scores), one.name),
        ]),
        table(scores),
      ],
    };
  },
});

const scoreOf = ({ scores }: Architecture, { name }: AskedTask): number => scores.get(name)?.mean ?? Number.NaN;

const labels = (tasks: readonly AskedTask[]): string => listed(tasks.map(({ label }) => label));

const skillsIn = (tasks: readonly AskedTask[]): string[] => [...new Set(tasks.map(({ skill }) => skill))];

function howToRead({ tasks, others, unknown }: Scores): string {
  const models = tasks.flatMap(({ part }) => modelsOf(part));
  const range = (of: (model: (typeof models)[number]) => number) => rangeText(models.map(of));
  const seeds = [...new Set(tasks.flatMap(({ part }) => seedsOf(part)))];
  return [
    'Accuracy above chance, on each task at the difficulty that was trained on: 0 is guessing, 1 is all right.',
    `Every task has a model of its own: ${range(({ counts }) => counts.layers)} layers, ${range(({ counts }) => counts.parameters)} parameters, ` +
      `trained in ${range(({ steps }) => steps)} steps (${range(({ tokens }) => tokens)} tokens), ${seeds.length > 1 ? 'seeds' : 'seed'} ${listed(seeds.map(String))}.`,
    'It is what is learned soon that counts here, not what a model can hold: more steps can change it, and so can another seed.',
    others.length > 0 && 'The others are mixers alone, one seed each, measured once with the same settings.',
    unknown.length > 0 &&
      `Of ${unknown.length === tasks.length ? 'these tasks' : labels(unknown)} no figures of others are at hand: none were measured with this setting.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

/** Tasks that tell nobody from another. */
function unlearned({ tasks, own, others }: Scores): string {
  const nobody = tasks.filter((task) => ![...own, ...others].some((one) => scoreOf(one, task) >= UNLEARNED));
  return nobody.length > 0 ? `Nobody learns ${labels(nobody)} in so few steps: that tells no model from another.` : '';
}

/** Skills in two columns of about as many tasks. */
function columnsOf(tasks: readonly AskedTask[]): AskedTask[][] {
  const bySkill = skillsIn(tasks).map((skill) => tasks.filter((task) => task.skill === skill));
  const columns: AskedTask[][] = [[], []];
  for (const own of bySkill) {
    const before = columns[0].length;
    const isFirst = columns[1].length === 0 && before + own.length / 2 <= tasks.length / 2;
    columns[isFirst || before === 0 ? 0 : 1].push(...own);
  }
  return columns.filter((column) => column.length > 0);
}

function pictures(one: Architecture, scores: Scores, known: Known): Block {
  const { tasks, own, others } = scores;
  const beside = [...own.filter((other) => other !== one), ...others];
  const colors = colorsOf(scores, known.mixers);
  return {
    kind: 'pictures',
    caption: `Bars are ${one.name}, dots the others. Tasks of one skill stand together.`,
    keys: profileKeys(one, beside, colors),
    name: own.length === 1 ? 'profile' : `profile-${one.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    pictures: columnsOf(tasks).map((column) => profilePicture(one, beside, column, colors)),
  };
}

function wordsOf(one: Architecture, { tasks, others }: Scores): string {
  const where = (holds: (score: number) => boolean) => tasks.filter((task) => holds(scoreOf(one, task)));
  const [learned, not] = [where((score) => score >= LEARNED), where((score) => score < UNLEARNED)];
  const means = skillsIn(tasks).flatMap((skill) => {
    const own = tasks.filter((task) => task.skill === skill && one.scores.has(task.name));
    const common = own.filter(({ name }) => others.every(({ scores }) => scores.has(name)));
    const mean = (of: Architecture, over: readonly AskedTask[]) => meanOf(over.map((task) => scoreOf(of, task)));
    const better = others.filter((other) => mean(other, common) > mean(one, common)).length;
    const place = others.length > 0 && common.length > 0 ? ` (place ${better + 1} of ${others.length + 1})` : '';
    return own.length > 0 ? [`${skill.toLowerCase()} ${fixed(mean(one, own), 2)}${place}`] : [];
  });
  return [
    means.length > 0 && `Means: ${means.join(', ')}.`,
    learned.length > 0 && `It learns ${labels(learned)}.`,
    not.length > 0 && `It hardly does better than guessing at ${labels(not)}.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

function table({ tasks, own, others }: Scores): Block {
  const all = [...own, ...others];
  const rows = skillsIn(tasks).flatMap((skill) => {
    const of = tasks.filter((task) => task.skill === skill);
    const each = of.map((task) => ({
      ...{ label: task.label, chance: task.chance.toFixed(2) },
      scores: all.map((one) => scoreOf(one, task)),
    }));
    const means = all.map((_, i) => meanOf(each.map(({ scores }) => scores[i])));
    return [...each, ...(of.length > 1 ? [{ label: `${skill}, mean`, chance: '', scores: means }] : [])];
  });
  const isOverSeeds = own.some(({ scores }) => [...scores.values()].some(({ count }) => count > 1));
  return {
    kind: 'table',
    caption: `Accuracy above chance${isOverSeeds ? ', means over the seeds' : ''}; the best of a row stands out. Chance is what guessing gets right.`,
    head: ['task', 'chance', ...all.map(({ name }) => name)],
    rows: rows.map(({ label, chance, scores }) => [
      ...[label, chance],
      ...scores.map((score) => (Number.isNaN(score) ? '–' : fixed(score, 2))),
    ]),
    strong: rows.flatMap(({ scores }, row) => {
      const best = Math.max(...scores.filter((score) => score >= UNLEARNED));
      return scores.flatMap((score, i) => (fixed(score, 2) === fixed(best, 2) ? [[row, 2 + i] as const] : []));
    }),
  };
}
