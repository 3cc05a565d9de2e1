// Goldens of Zoology's recall: rows from given draws, and how often its sequences use each slot.
import { IGNORE } from '@twilljs/data';
import { drawSlots, emptyBatch, writeCompositional, writeForgetting, writeZoology } from '@twilljs/data/testing';
import { rng } from '@twilljs/tensor';
import { type Checked, type Pairs, type Part, rowPairs } from './golden.ts';

/** Own sequences of a histogram. */
const OWN = 6000;

/** Where fewer were recorded, means of slots say nothing. */
const ENOUGH = 4000;

/** `mqar.json`. What is left out: `num_passes_2`, which fails in the original. */
export function mqarCases(golden: Part): Checked[] {
  return [
    ...golden.parts('layout').flatMap(layoutCases),
    ...golden.parts('histogram').map((part) => ({ text: part.where, pairs: histogramPairs(part) })),
    ...examplesOf(golden, 'forgetting', forgettingRow),
    ...examplesOf(golden, 'compositional', compositionalRow),
  ];
}

function layoutCases(setting: Part): Checked[] {
  const isFilled = setting.flag('random_non_queries');
  return setting.parts('examples').map((part) => {
    const ours = emptyBatch(1, setting.size('length'));
    writeZoology(ours, 0, part.ids('keys'), part.ids('values'), part.ids('slots'));
    const [[, inputs, expected], labels] = rowPairs(ours, part) as [readonly [string, number[], number[]], Pairs[0]];
    // What stands where ours is still free differs, and is an id.
    const isFree = (id: number) => isFilled && id >= 0 && id < setting.size('vocab');
    const same = expected.map((id, t) => (inputs[t] === 0 && isFree(id) ? 0 : id));
    return { text: part.where, pairs: [['inputs', inputs, same], labels] };
  });
}

/** Rows whose draws are read off them. */
function examplesOf(golden: Part, name: string, write: (part: Part, setting: Part) => Pairs): Checked[] {
  if (!golden.has(name)) return [];
  const setting = golden.part(name);
  return setting.parts('examples').map((part) => ({ text: part.where, pairs: write(part, setting) }));
}

const every = (list: readonly number[], size: number, from: number): number[] =>
  list.filter((_, i) => i % size === from);

function forgettingRow(part: Part, setting: Part): Pairs {
  const [pairs, updates] = [setting.size('pairs'), setting.size('updates')];
  const [inputs, labels] = [part.ids('inputs'), part.ids('labels')];
  const [context, again] = [inputs.slice(0, 2 * pairs), inputs.slice(2 * pairs, 2 * (pairs + updates))];
  const keys = every(context, 2, 0);
  const asked = labels.flatMap((label, t) => (label === IGNORE ? [] : [t]));
  const ours = emptyBatch(1, setting.size('length'));
  writeForgetting(ours, 0, {
    ...{ keys, values: every(context, 2, 1), newValues: every(again, 2, 1) },
    updated: every(again, 2, 0).map((key) => keys.indexOf(key)),
    slots: keys.map((key) => (asked.find((t) => inputs[t] === key)! - 2 * (pairs + updates)) / 2),
  });
  return rowPairs(ours, part);
}

function compositionalRow(part: Part, setting: Part): Pairs {
  const pairs = setting.size('pairs');
  const [inputs, labels] = [part.ids('inputs'), part.ids('labels')];
  const [first, second, values] = [0, 1, 2].map((from) => every(inputs.slice(0, 3 * pairs), 3, from));
  const asked = labels.flatMap((label, t) => (label === IGNORE ? [] : [t - 1]));
  const ours = emptyBatch(1, setting.size('length'));
  const slots = first.map(
    (id, i) => (asked.find((t) => inputs[t] === id && inputs[t + 1] === second[i])! - 3 * pairs) / 3,
  );
  writeCompositional(ours, 0, { first, second, values, slots });
  return rowPairs(ours, part);
}

/** Shares of slots, within what chance allows: 4.5 standard errors of both samples. */
function histogramPairs(part: Part): Pairs {
  const [pairs, slots, examples] = ['pairs', 'slots', 'examples'].map(part.size);
  const power = part.number('power_a');
  const probability = part.numbers('probability');
  const used = new Float64Array(slots);
  const first = new Float64Array(slots);
  const mean = new Float64Array(pairs);
  for (let i = 0; i < OWN; i++) {
    const drawn = drawSlots(pairs, slots, power, rng(11).fork(i));
    first[drawn[0]]++;
    for (const [key, slot] of drawn.entries()) {
      used[slot]++;
      mean[key] += slot / OWN;
    }
  }
  const far = (counts: Float64Array, shares: readonly number[], of: number) =>
    shares.flatMap((f, slot) => {
      const allowed = 4.5 * Math.sqrt(f * (1 - f) * (1 / OWN + 1 / of)) + 1e-5;
      return Math.abs(counts[slot] / OWN - f) <= allowed ? [] : [slot];
    });
  const weights = probability.map((_, i) => (i + 1) ** (power - 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  const off = probability.flatMap((p, slot) => (Math.abs(weights[slot] / sum - p) <= 1e-6 ? [] : [slot]));
  const means = part.numbers('mean_slot_by_key_index');
  const isSampled = examples >= ENOUGH;
  return [
    ['slots with another probability', off, []],
    ['slots used too often or too seldom', far(used, part.numbers('slot_used_fraction'), examples), []],
    ['slots of the first key', far(first, probability, Number.POSITIVE_INFINITY), []],
    [
      'slots of the first key among those recorded',
      isSampled ? far(first, part.numbers('slot_fraction_of_first_key'), examples) : [],
      [],
    ],
    [
      'keys with another mean slot',
      isSampled ? means.flatMap((m, key) => (Math.abs(mean[key] / m - 1) <= 0.03 ? [] : [key])) : [],
      [],
    ],
  ];
}
