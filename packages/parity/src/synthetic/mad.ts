// Goldens of MAD: rows whose draws are read off them, facts that hold of many, and macro accuracy.
import { type Batch, fuzzyRecall, IGNORE, madRecall, selectiveCopying } from '@twilljs/data';
import {
  emptyBatch,
  type Motifs,
  writeCompressed,
  writeFuzzy,
  writeMadRecall,
  writeMemorized,
  writeSelective,
} from '@twilljs/data/testing';
import { macroOf } from '@twilljs/eval';
import { FileError, rng } from '@twilljs/tensor';
import { type Checked, type Pairs, type Part, rowPairs } from './golden.ts';

/** Own rows of a fact. */
const OWN = 400;

/** `mad.json`. What is left out: how often a fuzzy row lacks the pair that it asks for, which ours never does. */
export function madCases(golden: Part): Checked[] {
  return [
    ...golden.parts('instances').flatMap(instanceCases),
    ...factCases(golden.part('facts')),
    ...golden.parts('macro_accuracy').map(accuracyCase),
  ];
}

function instanceCases(instance: Part): Checked[] {
  const parameters = instance.part('parameters');
  const examples = instance.parts('examples');
  const write = writerOf(instance.word('task'), parameters, examples);
  return examples.map((part) => {
    const ours = emptyBatch(1, part.ids('inputs').length);
    write(ours, part);
    return { text: part.where, pairs: rowPairs(ours, part, 'targets') };
  });
}

/** Writes a row from what an example says that was drawn for it. */
function writerOf(task: string, parameters: Part, examples: readonly Part[]): (out: Batch, part: Part) => void {
  const vocab = parameters.size('vocab_size');
  if (parameters.has('num_tokens_to_copy')) return (out, part) => writeSelectively(out, part, vocab);
  if (parameters.has('k_motif_size')) return (out, part) => writeMotifs(out, part, vocab);
  if (parameters.has('multi_query')) {
    const sign = parameters.flag('multi_query') ? null : vocab - 1;
    const keys = ((sign ?? vocab) - parameters.number('noise_vocab_size')) >> 1;
    return (out, part) => {
      const tokens = [...part.ids('inputs'), part.ids('targets').at(-1) as number];
      const sequence = sign === null ? tokens : [...tokens.slice(0, -3), ...tokens.slice(-2)];
      writeMadRecall(out, 0, sequence, { keys, sign, isTraining: part.flag('training') });
    };
  }
  if (task === 'memorization') {
    const values: number[] = [];
    for (const part of examples) {
      const targets = part.ids('targets');
      for (const [t, id] of part.ids('inputs').entries()) if (t % 2 === 0) values[id] = targets[t + 1];
    }
    return (out, part) => {
      const keys = part.ids('inputs').filter((_, t) => t % 2 === 0);
      writeMemorized(out, 0, keys, values, vocab - 1);
    };
  }
  if (task === 'compression') {
    return (out, part) => writeCompressed(out, 0, part.ids('inputs').slice(0, -1), vocab - 1);
  }
  throw new FileError(`${parameters.where}: the task ${task} is not in this version.`);
}

function writeMotifs(out: Batch, part: Part, vocab: number): void {
  const tokens = [...part.ids('inputs'), part.ids('targets').at(-1) as number];
  const isKey = (id: number) => id < (vocab - 1) >> 1;
  const pairs: [number[], number[]][] = [];
  for (const [t, id] of tokens.entries()) {
    if (id === vocab - 1) continue;
    if (isKey(id) && !(t > 0 && isKey(tokens[t - 1]))) pairs.push([[], []]);
    pairs.at(-1)?.[isKey(id) ? 0 : 1].push(id);
  }
  writeFuzzy(out, 0, pairs satisfies Motifs[], { pad: vocab - 1, isTraining: part.flag('training') });
}

function writeSelectively(out: Batch, part: Part, vocab: number): void {
  const tokens: number[] = [];
  const blanks: number[] = [];
  let count = 0;
  for (const id of part.ids('inputs').slice(0, part.ids('inputs').indexOf(vocab - 1))) {
    if (id === vocab - 2) count++;
    else {
      tokens.push(id);
      blanks.push(count);
      count = 0;
    }
  }
  writeSelective(out, 0, tokens, blanks, vocab);
}

/** What holds of many rows of the baseline settings: of ours too. */
function factCases(facts: Part): Checked[] {
  return Object.keys(facts.json).flatMap((name): Checked[] => {
    const length = /^fuzzy length (?:train|test) (\d+)$/.exec(name)?.[1];
    const text = `${facts.where}.${name}`;
    if (length !== undefined) {
      const { T } = fuzzyRecall({ length: Number(length), source: rng(0) });
      return [{ text, pairs: [['length', [T], facts.numbers(name)]] }];
    }
    const fact = facts.json[name];
    if (typeof fact !== 'object' || fact === null) return [];
    const part = facts.part(name);
    if (part.has('mean_targets')) return [{ text, pairs: recallFacts(part) }];
    return part.has('copy_token_position') ? [{ text, pairs: copyingFacts(part) }] : [];
  });
}

function recallFacts(part: Part): Pairs {
  const length = part.size('input_length') + 1;
  const { labels, T } = madRecall({ length, source: rng(0) }).evaluation(OWN, length);
  const asked = [...labels.keys()].filter((i) => labels[i] !== IGNORE);
  const mean = part.number('mean_targets');
  return [
    ['input_length', T, part.size('input_length')],
    ['mean_targets', Math.abs(asked.length / OWN - mean) <= 0.1 ? mean : asked.length / OWN, mean],
    ['target_positions_parity', [...new Set(asked.map((i) => (i % T) % 2))], part.numbers('target_positions_parity')],
  ];
}

function copyingFacts(part: Part): Pairs {
  const [length, copied] = [part.size('length'), part.number('targets')];
  const { inputs, labels, T } = selectiveCopying({ length, copied, source: rng(0) }).evaluation(OWN, length);
  const [blank, sign] = [14, 15];
  const signs = [...inputs.keys()].filter((i) => inputs[i] === sign);
  const share = (count: number) => count / OWN;
  return [
    ['copy_token_position', [...new Set(signs.map((i) => i % T))], part.numbers('copy_token_position')],
    ['targets', share(labels.filter((label) => label !== IGNORE).length), copied],
    [
      'token_before_copy_token_is_blank',
      share(signs.filter((i) => inputs[i - 1] === blank).length),
      part.number('token_before_copy_token_is_blank') / part.number('of'),
    ],
    [
      'first_token_is_blank',
      share(signs.filter((_, row) => inputs[row * T] === blank).length),
      part.number('first_token_is_blank') / part.number('of'),
    ],
  ];
}

/** Within 1e-6. */
function accuracyCase(part: Part): Checked {
  const [predictions, targets] = [part.ids('predictions'), part.ids('targets')];
  const asked = targets.flatMap((target, i) => (target === IGNORE ? [] : [Number(predictions[i] === target)]));
  const near = (ours: number, name: string) =>
    [name, Math.abs(ours - part.number(name)) <= 1e-6 ? part.number(name) : ours, part.number(name)] as const;
  const macro = macroOf(predictions, targets);
  return {
    text: part.where,
    pairs: [
      near(macro, 'macro'),
      near(macro, 'macro_accumulated_over_two_batches'),
      near(asked.reduce((a, b) => a + b, 0) / asked.length, 'plain'),
    ],
  };
}
