// Every kind of field: what it accepts, what it is when absent, and how it refuses.
import { isTwillError } from '@twilljs/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Fields, readFields, readOptions, requireDivides } from './config.ts';

const table = {
  num_heads: { type: 'integer' },
  num_v_heads: { type: 'integer', default: null },
  hidden_ratio: { type: 'integer', default: 4, nullable: true },
  vocab_size: { type: 'integer', default: 32000, max: 2 ** 24 },
  pad_token_id: { type: 'integer', default: null, min: 0 },
  layers: { type: 'integers', default: [], min: 0 },
  expand_v: { type: 'number', default: 2, above: 0 },
  dropout: { type: 'number', default: 0, min: 0, max: 1 },
  lower_bound: { type: 'number', default: null },
  use_gate: { type: 'boolean', default: true },
  qk_norm: { type: 'string', default: 'l2', oneOf: ['l2', 'sum'] },
  note: { type: 'string', default: null },
} as const satisfies Fields;

function failure(json: Record<string, unknown>): string {
  try {
    readFields(table, { num_heads: 2, ...json }, 'config.json');
  } catch (error) {
    if (isTwillError(error)) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('readFields', () => {
  it('fills in defaults and leaves other keys alone', () => {
    const values = readFields(table, { num_heads: 2, other: 1 }, 'config.json');
    expect(values).toEqual({
      num_heads: 2,
      num_v_heads: null,
      hidden_ratio: 4,
      vocab_size: 32000,
      pad_token_id: null,
      layers: [],
      expand_v: 2,
      dropout: 0,
      lower_bound: null,
      use_gate: true,
      qk_norm: 'l2',
      note: null,
    });
    expectTypeOf(values.num_heads).toEqualTypeOf<number>();
    expectTypeOf(values.num_v_heads).toEqualTypeOf<number | null>();
    expectTypeOf(values.hidden_ratio).toEqualTypeOf<number | null>();
    expectTypeOf(values.layers).toEqualTypeOf<readonly number[]>();
    expectTypeOf(values.use_gate).toEqualTypeOf<boolean>();
    expectTypeOf(values.qk_norm).toEqualTypeOf<'l2' | 'sum'>();
    expectTypeOf(values.note).toEqualTypeOf<string | null>();
  });

  it('keeps what is given, at the bounds too', () => {
    const given = {
      num_heads: 2 ** 20,
      num_v_heads: 1,
      hidden_ratio: null,
      vocab_size: 2 ** 24,
      pad_token_id: 0,
      layers: [0, 5],
      expand_v: 1e-9,
      dropout: 1,
      lower_bound: -5,
      use_gate: false,
      qk_norm: 'sum',
      note: '',
    };
    expect(readFields(table, given, 'config.json')).toEqual(given);
  });

  it('treats undefined as absent, and does not see inherited keys', () => {
    expect(readFields(table, { num_heads: 2, use_gate: undefined }, 'x').use_gate).toBe(true);
    const inherited = Object.create({ num_heads: 4 }) as Record<string, unknown>;
    expect(() => readFields(table, inherited, 'x')).toThrow(/num_heads is missing/);
    expect(readFields({ constructor: { type: 'integer', default: 7 } }, {}, 'x')).toEqual({ constructor: 7 });
  });

  it('refuses a name that a person misspelt in options of its own', () => {
    expect(readOptions(table, { num_heads: 2 }, 'x')).toEqual(readFields(table, { num_heads: 2 }, 'x'));
    // @ts-expect-error the compiler refuses it too
    expect(() => readOptions(table, { num_heads: 2, use_gates: true }, 'x')).toThrow('did you mean use_gate?');
  });

  it('names the field, the value and what is needed', () => {
    expect(() => readFields(table, {}, 'config.json')).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: config.json: num_heads is missing where an integer from 1 to 1048576 is needed; add it.]`,
    );
    let deep: unknown[] = [];
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(
      [
        { num_heads: '4' },
        { num_heads: 0 },
        { num_heads: -3 },
        { num_heads: 2.5 },
        { num_heads: null },
        { num_heads: 2 ** 20 + 1 },
        { num_heads: Number.NaN },
        { num_heads: true },
        { num_v_heads: [] },
        { layers: 3 },
        { layers: [1, -1] },
        { layers: Array(1000).fill('x') },
        { expand_v: 0 },
        { expand_v: Number.POSITIVE_INFINITY },
        { expand_v: '2' },
        { dropout: 1.5 },
        { lower_bound: {} },
        { use_gate: 1 },
        { use_gate: null },
        { qk_norm: 'l1' },
        { qk_norm: null },
        { note: 3 },
        { note: { a: 'x'.repeat(200) } },
        { note: { a: 7n } },
        { note: deep },
      ].map(failure),
    ).toMatchInlineSnapshot(`
      [
        "OptionError: config.json: num_heads is "4" where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is 0 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is -3 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is 2.5 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is null where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is 1048577 where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is NaN where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_heads is true where an integer from 1 to 1048576 is needed; correct it.",
        "OptionError: config.json: num_v_heads is [] where an integer from 1 to 1048576 or null is needed; correct it.",
        "OptionError: config.json: layers is 3 where a list of integers from 0 to 1048576 is needed; correct it.",
        "OptionError: config.json: layers is [1, -1] where a list of integers from 0 to 1048576 is needed; correct it.",
        "OptionError: config.json: layers is a list of 1000 values where a list of integers from 0 to 1048576 is needed; correct it.",
        "OptionError: config.json: expand_v is 0 where a number above 0 is needed; correct it.",
        "OptionError: config.json: expand_v is Infinity where a number above 0 is needed; correct it.",
        "OptionError: config.json: expand_v is "2" where a number above 0 is needed; correct it.",
        "OptionError: config.json: dropout is 1.5 where a number from 0 up to 1 is needed; correct it.",
        "OptionError: config.json: lower_bound is {} where a number or null is needed; correct it.",
        "OptionError: config.json: use_gate is 1 where true or false is needed; correct it.",
        "OptionError: config.json: use_gate is null where true or false is needed; correct it.",
        "OptionError: config.json: qk_norm is "l1" where "l2", "sum" is needed; correct it.",
        "OptionError: config.json: qk_norm is null where "l2", "sum" is needed; correct it.",
        "OptionError: config.json: note is 3 where a string or null is needed; correct it.",
        "OptionError: config.json: note is { a } where a string or null is needed; correct it.",
        "OptionError: config.json: note is { a } where a string or null is needed; correct it.",
        "OptionError: config.json: note is [[[a list of 1 values]]] where a string or null is needed; correct it.",
      ]
    `);
  });
});

describe('requireDivides', () => {
  it('accepts divisors and lists them otherwise', () => {
    requireDivides('GLA', 'num_heads', 4, 'hidden_size', 64);
    expect(() => requireDivides('GLA', 'num_heads', 3, 'hidden_size', 64)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: GLA: num_heads=3 does not divide hidden_size=64; choose 1, 2, 4, 8, 16, 32, 64.]`,
    );
    expect(() => requireDivides('GLA', 'num_heads', 100, 'hidden_size', 720720)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: GLA: num_heads=100 does not divide hidden_size=720720; choose 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.]`,
    );
  });
});
