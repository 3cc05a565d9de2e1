// Replays rows of synthetic tasks that their original generators made: layouts exactly, shares within what chance allows.
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { FileError } from '@twilljs/tensor';
import { type Cases, different } from './cases.ts';
import { type Checked, Part } from './synthetic/golden.ts';
import { madCases } from './synthetic/mad.ts';
import { mqarCases } from './synthetic/mqar.ts';
import { stateCases } from './synthetic/state.ts';

/** Names of files. */
export const syntheticFiles = /^(?:mqar|mad|state)\.json$/;

/** Forms of files, by two fields that each has. */
const forms: readonly (readonly [fields: readonly string[], cases: (golden: Part) => Checked[]])[] = [
  [['layout', 'histogram'], mqarCases],
  [['instances', 'macro_accuracy'], madCases],
  [['groups', 'formal_language'], stateCases],
];

/** @throws FileError for a file of another form, and where a field is not what it should be. */
export function replaySynthetic(path: string): Cases {
  const json = parseJsonObject(readText(path), path);
  const cases = forms.find(([fields]) => fields.every((field) => Object.hasOwn(json, field)))?.[1];
  if (!cases) {
    const known = forms.map(([fields]) => fields.join(' and ')).join(', or ');
    throw new FileError(`${path}: it has neither ${known}; correct the file.`);
  }
  const wrong = cases(new Part(json, path)).map(({ text, pairs }, index) => different(index, text, pairs));
  return { count: wrong.length, wrong: wrong.flat() };
}
