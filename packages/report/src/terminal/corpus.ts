// What of a text is trained on, and what is kept from it.
import type { Corpus } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';

/** Names in one line of a list at most. */
const NAMED = 4;

/** What is trained on, what is kept from it, and what is in neither. Lines. */
export function corpusText({ documents, split, train, evaluation, leftOut }: Corpus): string {
  const empty = documents.filter(({ bytes }) => bytes.length === 0).map(({ name }) => name);
  const texts = documents.filter(({ bytes }) => bytes.length > 0).map(({ name }) => name);
  const trained = split.within
    ? `the first nine tenths of ${texts.length > 1 ? `each of ${texts.length} files` : texts[0]}`
    : filesText(split.train.map(({ name }) => name));
  const kept = split.within ? 'the last tenth' : filesText(split.evaluation.map(({ name }) => name));
  return [
    `training    ${grouped(train.length)} bytes, ${trained}`,
    `held out    ${grouped(evaluation.length)} bytes, ${kept}`,
    ...(empty.length > 0 ? [`empty       ${named(empty)}`] : []),
    ...leftOut.slice(0, NAMED).map((line) => `left out    ${line}`),
    ...(leftOut.length > NAMED ? [`left out    ${leftOut.length - NAMED} more`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const filesText = (names: readonly string[]): string =>
  names.length > 1 ? `${names.length} files: ${named(names)}` : names[0];

/** The first few names, and how many more there are. */
function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
