// Option bags: misspelt names, and values that are not what was asked for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finite, isTwillError, knownOnly, nearest, shown, whole } from './index.ts';

describe('knownOnly', () => {
  it('takes known names only', () => {
    expect(() => knownOnly('train', { steps: 1, lr: undefined }, ['steps', 'lr'])).not.toThrow();
    expect(() => knownOnly('train', { stpes: 1 }, ['steps', 'lr'])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: there is no option stpes; did you mean steps?]`,
    );
    expect(() => knownOnly('train', { topK: 1 }, ['steps', 'lr'])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: there is no option topK; it has steps, lr.]`,
    );
    expect(() => knownOnly('train', { toString: 1 }, [])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: there is no option toString; it has none.]`,
    );
    expect(() => knownOnly('train', null, ['steps'])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: the options are null where an object is needed; give { ... }.]`,
    );
    expect(() => knownOnly('train', [3], ['steps'])).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: train: the options are [3] where an object is needed; give { ... }.]`,
    );
  });

  it('takes names that stand on the object itself, whatever made it', () => {
    class Settings {
      steps = 1;
      double() {
        return 2 * this.steps;
      }
    }
    const bags = [new Settings(), Object.freeze({ steps: 1 }), Object.assign(Object.create(null), { steps: 1 })];
    for (const bag of bags) expect(() => knownOnly('train', bag, ['steps'])).not.toThrow();
    for (const bag of [Object.create({ steps: 1 }), { __proto__: { stpes: 1 } }]) {
      expect(() => knownOnly('train', bag, ['steps'])).toThrow(/ste?pe?s stands on the prototype of the options/);
    }
    expect(() => knownOnly('train', JSON.parse('{"__proto__": {"steps": 1}}'), ['steps'])).toThrow(
      'no option __proto__',
    );
  });

  it.each([
    [new Map([['steps', 1]])],
    [new Set(['steps'])],
    [new Date(0)],
    [Promise.resolve({ steps: 1 })],
    [Float32Array.of(1)],
    [new String('steps')],
    [() => 1],
  ])('refuses %s, whose content nobody would read', (bag) => {
    expect(() => knownOnly('train', bag, ['steps'])).toThrow(/^train: the options are .* where an object is needed/);
  });

  it('finds what was meant', () => {
    const known = ['hidden_size', 'num_hidden_layers', 'num_heads', 'intermediate_size', 'maxTokens'];
    expect(nearest('hiden_size', known)).toBe('hidden_size');
    expect(nearest('hiddenSize', known)).toBe('hidden_size');
    expect(nearest('num_layers', known)).toBe('num_hidden_layers');
    expect(nearest('max_tokens', known)).toBe('maxTokens');
    expect(nearest('nmu_heads', known)).toBe('num_heads');
    expect(nearest('dropout', known)).toBeUndefined();
    const config = ['layers', 'num_hidden_layers', 'window_size', 'num_heads', 'heads'];
    expect(nearest('num_layers', config)).toBe('num_hidden_layers');
    expect(nearest('num_layer', config)).toBe('num_hidden_layers');
    expect(nearest('windw', config)).toBe('window_size');
    expect(nearest('num_attention_heads', config)).toBe('num_heads');
    expect(nearest('layer', config)).toBe('layers');
    expect(nearest('norm_epsilon', [...config, 'norm_eps'])).toBe('norm_eps');
    expect(nearest('', config)).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
  });

  it('answers any name with a typed error', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (given, name) => {
        for (const bag of [given, { [name]: given }]) {
          try {
            knownOnly('here', bag, ['there']);
          } catch (error) {
            expect(isTwillError(error)).toBe(true);
          }
        }
      }),
      { seed: 1 },
    );
  });
});

it('whole and finite take numbers within their bounds alone', () => {
  for (const value of [1, 5]) expect(() => whole('n', value, 1, 5)).not.toThrow();
  for (const value of [0, 6, 1.5, Number.NaN, '3', null, undefined, [3], 3n]) {
    expect(() => whole('n', value, 1, 5)).toThrow(`n is ${shown(value)}; give a whole number from 1 to 5.`);
  }
  for (const value of [0, 0.5, 1]) expect(() => finite('x', value, 0, 1)).not.toThrow();
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '0.5', null]) {
    expect(() => finite('x', value, 0)).toThrow(`x is ${shown(value)}; give a finite number of at least 0.`);
  }
});
