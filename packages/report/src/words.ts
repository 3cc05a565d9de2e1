// What a part measures and how it was trained, in words.

import type { TaskSettings } from '@twilljs/eval';
import { difficultiesOf, type Model, mainOf, modelsOf, type Part } from './part.ts';
import { listed, rangeText } from './text/stats.ts';

/** Of a guess where one model stands, since options of the task may be an axis; null where the task has none. */
export function chanceAt({ task, data }: Part, { settings }: Model): number | null {
  const own = Object.entries(settings).filter(([name]) => name in task.fields);
  return task.chance?.({ ...data, ...Object.fromEntries(own) } as TaskSettings) ?? null;
}

/** Each of a guess, from the least. */
function chancesOf(part: Part): number[] {
  const all = modelsOf(part).flatMap((model) => chanceAt(part, model) ?? []);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Of a guess; null where the task has none, or models have not the same. */
export function chanceOf(part: Part): number | null {
  const [chance, ...others] = chancesOf(part);
  return chance === undefined || others.length > 0 ? null : chance;
}

export function seedsOf(part: Part): number[] {
  return [...new Set(modelsOf(part).flatMap(({ cells }) => cells.map(({ seed }) => seed)))].sort((a, b) => a - b);
}

function seedsText(part: Part): string {
  const seeds = seedsOf(part);
  if (seeds.length === 1) return `one seed (${seeds[0]})`;
  const [first, last] = [seeds[0], seeds[seeds.length - 1]];
  const isRow = seeds.length > 3 && last - first === seeds.length - 1;
  return `seeds ${isRow ? `${first} to ${last}` : listed(seeds.map(String))}`;
}

export const tokensOf = (part: Part): number => Math.max(...modelsOf(part).map(({ tokens }) => tokens));

const stepsText = (part: Part): string => rangeText(modelsOf(part).map(({ steps }) => steps));

/** `2 layers, 52,464 to 70,992 parameters`. */
function sizesText(part: Part): string {
  const models = modelsOf(part);
  const layers = [...new Set(models.map(({ counts }) => counts.layers))].sort((a, b) => a - b);
  return `${listed(layers.map(String))} layers, ${rangeText(models.map(({ counts }) => counts.parameters))} parameters`;
}

/** One sentence for captions; and in what else the models differ. */
export function trainedText(part: Part): string {
  const tokens = rangeText(modelsOf(part).map((model) => model.tokens));
  const differing = part.axes.map(({ name, values }) => `${name} (${listed(values.map(({ text }) => text))})`);
  const also = differing.length > 0 ? ` The models differ in ${listed(differing)}.` : '';
  return `${sizesText(part)}; learned in ${stepsText(part)} steps (${tokens} tokens); ${seedsText(part)}.${also}`;
}

/** What the task is: in its own words, or from what it is made of. */
export function taskText(part: Part): string {
  const { task, data } = part;
  const main = mainOf(part);
  const hardest = difficultiesOf(part, main).at(-1) ?? Number(data[task.axis.field]);
  if (task.words?.about) return task.words.about(data, hardest);
  const chances = chancesOf(part).map((chance) => chance.toFixed(3));
  return [
    `${task.title}: ${task.summary}, compared by ${main.title}${main.better ? `, of which ${main.better} is better` : ''}.`,
    ...(main.about ? [main.about] : []),
    ...(chances.length === 0 ? [] : [`Chance is ${listed(chances)}.`]),
  ].join(' ');
}

/** What so many steps do not show. */
export const limitText = (part: Part): string =>
  part.task.words?.limit?.(stepsText(part)) ??
  `All this is what is learned in ${stepsText(part)} steps: more steps can change it.`;
