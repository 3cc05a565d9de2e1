// Every task is answered in full by the few lines that say what it asks: a table of bindings, a running product, a reading of the sequence.
import { rng } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  circuitNames,
  circuits,
  compositionalMqar,
  forgettingMqar,
  formalParity,
  fuzzyRecall,
  group,
  IGNORE,
  madRecall,
  memorization,
  modularArithmetic,
  modularArithmeticBrackets,
  ngramLookup,
  selectiveCopying,
  stringCopying,
  type Task,
  wordProblem,
} from '../index.ts';

const source = rng(7);

type Oracle = (inputs: number[], t: number) => number;

/** Asks the oracle every question of a batch; says how many there were. */
function asked({ inputs, labels, B, T }: Batch, vocab: number, oracle: Oracle): number {
  let count = 0;
  for (let row = 0; row < B; row++) {
    const tokens = [...inputs.subarray(row * T, (row + 1) * T)];
    for (const [t, label] of labels.subarray(row * T, (row + 1) * T).entries()) {
      if (label === IGNORE) continue;
      count++;
      // Of what stands at the question or before it alone.
      expect(oracle(tokens.slice(0, t + 1), t), `row ${row}, position ${t} of ${tokens}`).toBe(label);
      expect(label).toBeLessThan(vocab);
    }
    expect(tokens.every((id) => id >= 0 && id < vocab)).toBe(true);
  }
  return count;
}

const answers = (task: Task, oracle: Oracle, count = 8) =>
  task.difficulties.reduce((sum, at) => sum + asked(task.evaluation(count, at), task.vocab, oracle), 0);

const bound = (tokens: number[], size: number, pairs: number) => {
  const last = new Map<string, number>();
  for (let t = 0; t < pairs * size; t += size) last.set(tokens.slice(t, t + size - 1).join(), tokens[t + size - 1]);
  return last;
};
const sizes = { length: 64, vocab: 128, batch: 4, source };

describe('recall', () => {
  it('of what was bound last', () => {
    const task = forgettingMqar({ ...sizes, pairs: 8, updates: 3 });
    for (const at of task.difficulties) {
      const last = (tokens: number[], t: number) =>
        bound(tokens, 2, at + Math.min(3, at)).get(String(tokens[t])) as number;
      expect(asked(task.evaluation(20, at), 128, last)).toBe(20 * at);
    }
    const { inputs } = task.batch(0);
    const rebound = [0, 1, 2, 3].flatMap((row) => {
      const tokens = [...inputs.subarray(row * 64, (row + 1) * 64)];
      const before = bound(tokens, 2, 8);
      return [16, 18, 20].map((t) => [before.get(String(tokens[t])), tokens[t + 1]]);
    });
    expect(rebound.every(([old, now]) => old !== undefined && old !== now)).toBe(true);
  });

  it('by two tokens, of which neither alone says the value', () => {
    const task = compositionalMqar({ ...sizes, length: 60, pairs: 9 });
    expect(task.difficulties).toEqual([1, 9]);
    const value = (tokens: number[], t: number) => bound(tokens, 3, 9).get(`${tokens[t - 1]},${tokens[t]}`) as number;
    const batch = task.batch(0);
    expect(asked(batch, 128, value)).toBe(4 * 9);
    for (const from of [0, 1]) {
      const counts = new Map<number, number>();
      for (let t = from; t < 27; t += 3) counts.set(batch.inputs[t], (counts.get(batch.inputs[t]) ?? 0) + 1);
      expect([...counts.values()]).toEqual([3, 3, 3]);
    }
  });

  it('in context, with noise and without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.nat(12), fc.nat(9), fc.nat(99), (half, more, noise, seed) => {
        const task = madRecall({
          ...{ length: 2 * half, vocab: 4 + more + 6, noiseVocab: 6, noise: noise / 10, batch: 2 },
          ...{ source: rng(seed), queries: seed % 2 ? 'many' : 'one' },
        });
        const isLater = (tokens: number[], t: number) => {
          const before = tokens.findIndex((id, i) => i % 2 === 0 && i < t - 1 && id === tokens[t]);
          return before === -1 ? -1 : tokens[before + 1];
        };
        expect(answers(task, isLater)).toBeGreaterThanOrEqual(8);
        const { labels, inputs, T } = task.batch(0);
        expect([...labels.subarray(0, T - 1)]).toEqual([...inputs.subarray(1, T)]); // training asks for everything
        expect(labels[T - 1]).toBe(isLater([...inputs.subarray(0, T)], T - 1));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('of motifs', () => {
    const task = fuzzyRecall({ length: 40, batch: 3, source });
    const keys = 7;
    const motif = (tokens: number[], t: number) => {
      let from = t; // of a label, its key: three tokens, and what of the value is said already
      while (tokens[from] >= keys) from--;
      const said = t - from;
      const key = tokens.slice(from - 2, from + 1).join();
      const at = tokens.findIndex((_, i) => tokens.slice(i, i + 3).join() === key);
      return at === from - 2 ? -1 : tokens[at + 3 + said];
    };
    expect(asked(task.evaluation(50, 40), 16, motif)).toBeGreaterThanOrEqual(50);
    const { labels, inputs, T } = task.batch(0);
    expect([...labels.subarray(0, T - 1)]).toEqual([...inputs.subarray(1, T)]);
  });

  it('of what weights hold: one map for training and evaluation, whatever the source', () => {
    const all = new Map<number, number>();
    for (const batch of [
      memorization({ vocab: 32, source: rng(1) }).batch(0),
      memorization({ vocab: 32, source: rng(2) }).evaluation(50, 32),
    ]) {
      asked(batch, 32, (tokens, t) => {
        const label = batch.labels[batch.inputs.findIndex((id, i) => id === tokens[t - 1] && i % 2 === 0) + 1];
        all.set(tokens[t - 1], label);
        return all.get(tokens[t - 1]) as number;
      });
    }
    expect([...all.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i));
    expect(new Set(all.values()).size).toBe(15);
    expect(Math.min(...all.values())).toBeGreaterThanOrEqual(15);
    expect(memorization({ vocab: 32, map: 1, source: rng(1) }).batch(0).labels).not.toEqual(
      memorization({ vocab: 32, source: rng(1) }).batch(0).labels,
    );
  });
});

describe('copying', () => {
  it('of what is no blank', () => {
    const task = selectiveCopying({ length: 60, copied: 6, source });
    const oracle = (tokens: number[], t: number) => tokens.filter((id) => id < 14)[t - 54];
    expect(answers(task, oracle)).toBe(8 * 6);
    const { inputs } = task.evaluation(1, 60);
    expect([inputs[53], inputs[52] < 14]).toEqual([15, true]);
  });

  it('of a string', () => {
    const task = stringCopying({ length: 9, alphabet: 5, batch: 30, source });
    const oracle = (tokens: number[], t: number) => {
      const sign = tokens.indexOf(5);
      return t === 2 * sign ? 6 : tokens[t - sign];
    };
    expect(answers(task, oracle, 2)).toBe(2 * (10 + 19 + 37 + 73));
    const { labels, T } = task.batch(0);
    const counts = Array.from(
      { length: 30 },
      (_, row) => labels.subarray(row * T, (row + 1) * T).filter((y) => y >= 0).length,
    );
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([2, 10]);
    asked(task.batch(0), 7, oracle);
  });

  it.each(['prefix', 'suffix'] as const)('of what stands beside a %s', (key) => {
    const task = ngramLookup({ length: 12, gram: 2, answer: 3, alphabet: 9, key, source });
    const oracle = (tokens: number[], t: number) => {
      const sign = tokens.indexOf(9);
      const gram = tokens.slice(sign + 1, sign + 3).join();
      const at = tokens.findIndex((_, i) => tokens.slice(i, i + 2).join() === gram);
      return tokens[(key === 'prefix' ? at + 2 : at - 3) + t - sign - 2];
    };
    expect(answers(task, oracle)).toBe(4 * 8 * 3);
    asked(task.batch(2), 10, oracle);
  });
});

describe('state', () => {
  it.each(['S3', 'S4', 'S5', 'A4', 'A5', 'Z6', 'Z60', 'A4xZ5'])('%s is a group', (name) => {
    const { order, op, elements } = group(name);
    expect(new Set(elements).size).toBe(order);
    for (let a = 0; a < order; a++) {
      expect([op(0, a), op(a, 0)]).toEqual([a, a]);
      const row = Array.from({ length: order }, (_, b) => op(a, b));
      expect(new Set(row).size).toBe(order);
    }
    const random = rng(1);
    for (let i = 0; i < 3000; i++) {
      const [a, b, c] = random.ints(3, order);
      expect(op(op(a, b), c)).toBe(op(a, op(b, c)));
    }
  });

  it('is the product of the elements so far', () => {
    const { op } = group('A5');
    const task = wordProblem({ group: 'A5', length: 9, source });
    expect(answers(task, (tokens) => tokens.reduce((state, g) => op(state, g), 0))).toBe(8 * 9 * 15);
    expect(task.difficulties).toEqual([9, 18, 36, 72]);
  });

  it('takes swaps alone, or what moves three points', () => {
    const used = (elements: 'swaps' | 'three') =>
      new Set(wordProblem({ elements, length: 50, source }).batch(0).inputs).size;
    expect([used('swaps'), used('three')]).toEqual([1 + 10, 1 + 10 + 20]);
  });

  it('of circuits', () => {
    const oracles: Record<string, Oracle> = {
      parity: (tokens) => tokens.filter((id) => id === 1).length % 2,
      majority: (tokens) => Number(2 * tokens.filter((id) => id === 1).length > tokens.length - 1),
      'vocab-majority': (tokens) => {
        const count = (id: number) => tokens.filter((other) => other === id).length;
        return [1, 2, 3, 4, 5, 6, 7].reduce((best, id) => (count(id) > count(best) ? id : best));
      },
      'cumulative-parity': (tokens) => tokens.filter((id) => id === 1).length % 2,
      'cumulative-majority': (tokens) => Number(2 * tokens.filter((id) => id === 1).length >= tokens.length),
    };
    const counts = circuitNames.map((circuit) => answers(circuits({ circuit, length: 5, source }), oracles[circuit]));
    expect(counts).toEqual([32, 32, 32, 8 * (4 + 9 + 19 + 39), 8 * 75]);
  });

  it('of formal languages', () => {
    const read = (signs: string) => (tokens: number[]) => {
      const text = tokens.map((id) => signs[id]).join('');
      expect(text).toMatch(/^[-()+*0-4]+=$/);
      return ((Number(new Function(`return ${text.slice(0, -1).replaceAll('--', '- -')}`)()) % 5) + 5) % 5;
    };
    const bits = formalParity({ length: 12, source });
    const parity = (tokens: number[]) => 1 + (tokens.filter((id) => id === 2).length % 2);
    expect(answers(bits, parity)).toBe(32);
    const flat = modularArithmetic({ length: 21, source });
    expect(answers(flat, (tokens) => 5 + read('?+-*=01234')(tokens), 40)).toBe(160);
    const lengths = new Set<number>();
    for (const multiply of [false, true]) {
      const deep = modularArithmeticBrackets({ length: 30, multiply, source });
      const value = (tokens: number[], t: number) => {
        lengths.add(t + 2);
        return read('01234+-*()=?')(tokens);
      };
      expect(answers(deep, value, 40)).toBe(160);
      expect([...deep.batch(0).inputs].includes(7)).toBe(multiply);
    }
    expect(Math.min(...lengths)).toBeLessThan(9);
    expect(Math.max(...lengths)).toBeGreaterThan(200);
  });
});
