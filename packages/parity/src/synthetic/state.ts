// Goldens of state tracking: groups, sequences that end with their answer, parity and majority.
import { type CircuitName, circuitNames, circuits, group } from '@twilljs/data';
import {
  arithmeticLanguage,
  bracketsLanguage,
  emptyBatch,
  type Language,
  parityLanguage,
  writeAnswered,
  writeCircuit,
  writeProducts,
} from '@twilljs/data/testing';
import { FileError, rng } from '@twilljs/tensor';
import type { Checked, Part } from './golden.ts';

/** `state.json`. */
export function stateCases(golden: Part): Checked[] {
  return [
    ...golden
      .part('groups')
      .fields()
      .flatMap(([name, part]) => groupCases(name, part)),
    ...golden
      .part('formal_language')
      .fields()
      .flatMap(([, part]) => languageCases(part)),
    ...golden
      .part('circuits')
      .fields()
      .flatMap(([name, part]) => circuitCases(name, part)),
  ];
}

function groupCases(name: string, part: Part): Checked[] {
  const ours = group(name);
  const { order, elements, op } = ours;
  const all = Array.from({ length: order }, (_, i) => i);
  const table = all.map((a) => all.map((b) => op(a, b)));
  const checksum = table.reduce(
    (sum, row, i) => row.reduce((partial, c, j) => (partial + (31 * i + 17 * j + 1) * c) % 1000003, sum),
    0,
  );
  const identity = all.findIndex((e) => all.every((a) => op(e, a) === a && op(a, e) === a));
  return [
    {
      text: part.where,
      pairs: [
        ['order', order, part.size('order')],
        ['elements', elements, part.words('elements')],
        ['identity', identity, part.number('identity')],
        ['table', part.json.table === null ? null : table, part.json.table === null ? null : part.rows('table')],
        ['checksum', checksum, part.number('checksum')],
      ],
    },
    ...part.parts('rollouts').map((rollout): Checked => {
      const input = rollout.ids('input');
      const row = emptyBatch(1, input.length);
      writeProducts(row, 0, ours, input);
      return { text: rollout.where, pairs: [['target', [...row.labels], rollout.ids('target')]] };
    }),
  ];
}

/** By the number of its ids. */
const languages: Readonly<Record<number, (multiply: boolean) => Language>> = {
  3: () => parityLanguage,
  10: () => arithmeticLanguage,
  12: bracketsLanguage,
};

function languageCases(part: Part): Checked[] {
  const parameters = part.part('parameters');
  const make = languages[parameters.size('vocab_size')];
  if (!make)
    throw new FileError(`${part.where}: a language of ${parameters.size('vocab_size')} ids is not in this version.`);
  const language = make(parameters.has('mult') && parameters.flag('mult'));
  const masks = part.rows('prediction_mask');
  return part.rows('sequences').map((sequence, i) => {
    const at = (masks[i] ?? []).indexOf(1);
    const row = emptyBatch(1, sequence.length - 1);
    if (at > 0) writeAnswered(row, 0, language, sequence.slice(0, at));
    return {
      text: `${part.where}.sequences[${i}]`,
      pairs: [
        ['sequence', [...row.inputs], sequence.slice(0, -1)],
        ['answer', row.labels[at - 1], sequence[at]],
        ['prediction_mask', [0, ...row.labels].map((label, t) => Number(t > 0 && label >= 0)), masks[i]],
      ],
    };
  });
}

function circuitCases(name: string, part: Part): Checked[] {
  const circuit = name.replaceAll('_', '-') as CircuitName;
  if (!circuitNames.includes(circuit)) throw new FileError(`${part.where} is not in this version.`);
  const [inputs, labels, length] = [part.rows('inputs'), part.rows('labels'), part.size('length')];
  const isAsked = labels.every((row) => row.filter((label) => label >= 0).length === 1);
  return inputs.map((tokens, i) => {
    const row = emptyBatch(1, tokens.length);
    writeCircuit(row, 0, circuit, isAsked ? tokens.slice(0, -1) : tokens, Math.max(3, ...tokens.map((id) => id + 1)));
    const { T } = circuits({ circuit, length, source: rng(0) });
    return {
      text: `${part.where}[${i}]`,
      pairs: [
        ['length', T, tokens.length],
        ['inputs', [...row.inputs], tokens],
        ['labels', [...row.labels], labels[i]],
      ],
    };
  });
}
