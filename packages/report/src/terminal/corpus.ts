// What of a text is trained on, and what is kept from it.
import type { NamedDocuments, TokenText } from '@twilljs/data';
import type { Corpus } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';

/** Names in one line of a list at most. */
const NAMED = 4;

/** What is trained on, what is kept from it, and what is in neither. Lines. */
export function corpusText(corpus: Corpus): string {
  const { documents, texts, empty, train, evaluation, within, leftOut } = corpus;
  const unit = corpus.areFiles ? 'files' : 'documents';
  const first = train.documents.at(0)?.name.replace(/\[\d+\.\.\d+\]$/, '');
  const trained = within
    ? `the first nine tenths of ${texts > 1 ? `each of ${grouped(texts)} ${unit}` : first}`
    : listText(train.documents, unit);
  const kept = within ? 'the last tenth' : listText(evaluation.documents, unit);
  return [
    `training    ${sizeText(train)}, ${trained}`,
    `held out    ${sizeText(evaluation)}, ${kept}`,
    ...(corpus.mixture ?? []).map(
      ({ weight, train }) => `mixture     ${percent(weight)} from ${listText(train.documents, unit)}`,
    ),
    ...(empty.length > 0 ? [`empty       ${named(empty.slice(0, NAMED), documents - texts)}`] : []),
    ...leftOut.slice(0, NAMED).map((line) => `left out    ${line}`),
    ...(leftOut.length > NAMED ? [`left out    ${leftOut.length - NAMED} more`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Of bytes a token is one. */
const sizeText = ({ tokens, bytes }: TokenText): string =>
  `${grouped(bytes)} bytes${tokens.length === bytes ? '' : ` in ${grouped(tokens.length)} tokens`}`;

const percent = (weight: number): string => `${Number((100 * weight).toPrecision(3))} %`;

function listText(documents: NamedDocuments, unit: string): string {
  const { length } = documents;
  const names = Array.from({ length: Math.min(NAMED, length) }, (_, i) => documents.at(i)?.name ?? '');
  return length > 1 ? `${grouped(length)} ${unit}: ${named(names, length)}` : names[0];
}

/** The first few names, and how many more there are. */
function named(names: readonly string[], of: number): string {
  const more = of - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
}
