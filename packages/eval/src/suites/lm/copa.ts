// COPA: the likelier cause or effect.

import { FileError, shown } from '@twilljs/tensor';
import type { Row } from '../../benchmarks/benchmark.ts';
import { integerIn, stringIn } from '../../benchmarks/columns.ts';
import { multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { strip } from '../../python/white-space.ts';

export const copa = /* @__PURE__ */ multipleChoice({
  name: 'copa',
  title: 'COPA',
  dataset: {
    id: 'aps/super_glue',
    config: 'copa',
    splits: { evaluation: 'validation', shots: 'train' },
    columns: { premise: 'string', question: 'string', choice1: 'string', choice2: 'string', label: 'integer' },
  },
  source: 'Roemmele et al. 2011, https://people.ict.usc.edu/~gordon/copa.html',
  shots: { leavesOutDocument: true },
  text: (doc) => `${[...strip(stringIn(doc, 'premise'))].slice(0, -1).join('')} ${connector(doc)}`,
  // With the delimiter, two spaces: as the harness asks.
  choices: choicesOf,
  // By its text, of equal ones the first.
  gold: (doc) => choicesOf(doc).indexOf(rightOf(doc)),
  target: rightOf,
});

const connectors: Readonly<Record<string, string>> = { cause: 'because', effect: 'therefore' };

function connector(doc: Row): string {
  const question = stringIn(doc, 'question');
  if (Object.hasOwn(connectors, question)) return connectors[question];
  throw new FileError(`column "question" is ${shown(question)} where "cause" or "effect" is needed.`);
}

function choicesOf(doc: Row): string[] {
  return ['choice1', 'choice2'].map((choice) => ` ${lowered(stringIn(doc, choice))}`);
}

function rightOf(doc: Row): string {
  return choicesOf(doc)[integerIn(doc, 'label')];
}

/** Its first letter small. */
function lowered(choice: string): string {
  const [first = '', ...rest] = choice;
  return first.toLowerCase() + rest.join('');
}
