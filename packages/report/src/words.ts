// What a part measures and how it was trained, in words.
import { modelsOf, mostPairs, type Part } from './parts.ts';
import { grouped } from './text/numbers.ts';
import { listed } from './text/stats.ts';

/** Accuracy of a guess among all values: half of the vocabulary. */
export function chanceOf({ data }: Part): number {
  return 2 / (data.vocab as number);
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

export function tokensOf({ training, data }: Part): number {
  return training.steps * data.batch * data.length;
}

/** `2 layers, 52,464 to 70,992 parameters`. */
function sizesText(part: Part): string {
  const models = modelsOf(part);
  const layers = [...new Set(models.map(({ counts }) => counts.layers))].sort((a, b) => a - b);
  const parameters = models.map(({ counts }) => counts.parameters);
  const [least, most] = [Math.min(...parameters), Math.max(...parameters)];
  const range = least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`;
  return `${listed(layers.map(String))} layers, ${range} parameters`;
}

/** One sentence for captions. */
export function trainedText(part: Part): string {
  const { steps } = part.training;
  return `${sizesText(part)}; learned in ${grouped(steps)} steps (${grouped(tokensOf(part))} tokens); ${seedsText(part)}.`;
}

/** What the task is. */
export function taskText(part: Part): string {
  const { data } = part;
  if (part.task === 'language') {
    return (
      `Bytes of text in windows of ${data.length}: mean bits per byte on text that was kept from training, the same windows ` +
      'for every model. Lower is better.'
    );
  }
  return (
    `Multi-query associative recall (MQAR): ${data.length} tokens hold up to ${mostPairs(part)} pairs of a key and a value; at every ` +
    `later key the model has to name its value. Chance is ${chanceOf(part).toFixed(3)}. Training begins with two pairs and grows to all of them.`
  );
}
