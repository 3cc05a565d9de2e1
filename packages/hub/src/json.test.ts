// Our parser agrees with JSON.parse on everything both accept, and says where the rest is wrong.

import { isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { parseConfig, serializeConfig } from './config.ts';
import { parseJson, parseJsonObject, parsePythonObject } from './json.ts';

const message = (text: string): string => {
  try {
    parseJson(text, 'config.json');
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('parseJson', () => {
  it('equals JSON.parse on valid JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
        const pretty = JSON.stringify(JSON.parse(text), null, space);
        expect(parseJson(text, 'x')).toEqual(JSON.parse(text));
        expect(parseJson(pretty, 'x')).toEqual(JSON.parse(text));
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('equals it where it reads by itself, as it does what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
        const pretty = JSON.stringify(JSON.parse(text), null, space);
        expect(parsePythonObject(`{"read": ${pretty}, "x": NaN}`, 'x').read).toEqual(JSON.parse(text));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('accepts no more than JSON.parse, and fails only with its own errors', () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...'{}[],:"\\ue0-1.tn\n\u0001'))
      .map(([text, at, c]) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + c + text.slice(i + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        if (message(text) === 'accepted') expect(parseJson(text, 'x')).toEqual(JSON.parse(text));
      }),
      { seed: 3, numRuns: 3000 },
    );
  });

  it('keeps __proto__ a plain key', () => {
    const value = parseJsonObject('{"__proto__": {"a": 1}}', 'x');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('names line and column', () => {
    expect(message('{"a": 1,\n "b" 2}')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected ':' but found "2" at line 2, column 6; correct it there."`,
    );
    expect(message('{"a": 1,}')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected a key in double quotes but found "}" at line 1, column 9; correct it there."`,
    );
    expect(message('{"a": 1')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected ',' or '}' but found the end of the file at line 1, column 8; correct it there."`,
    );
    expect(message('')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected a value but found the end of the file at line 1, column 1; correct it there."`,
    );
    expect(message('[1, 2] x')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected the end of the file but found "x" at line 1, column 8; correct it there."`,
    );
    expect(message('{"a": NaN}')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, expected a value but found "N" at line 1, column 7; correct it there."`,
    );
    expect(message('{"a": 1, "a": 2}')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, has the key "a" twice at line 1, column 10; correct it there."`,
    );
    expect(message('{"a": 1e999}')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, has the number 1e999, which overflows at line 1, column 7; correct it there."`,
    );
    expect(message('["a')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, has a string without an end at line 1, column 2; correct it there."`,
    );
    expect(message('["\\x"]')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, has a broken escape in a string at line 1, column 2; correct it there."`,
    );
    expect(message('["a\nb"]')).toMatchInlineSnapshot(
      `"config.json: not valid JSON, has a control character in a string at line 1, column 4; correct it there."`,
    );
    expect(message('['.repeat(100_000))).toMatchInlineSnapshot(
      `"config.json: not valid JSON, nested more than 64 levels deep at line 1, column 66; correct it there."`,
    );
  });

  it('wants an object where one is needed', () => {
    expect(() => parseJsonObject('[]', 'config.json')).toThrowErrorMatchingInlineSnapshot(
      `[FileError: config.json: holds a list where a JSON object { ... } is needed; give an object.]`,
    );
  });
});

describe('parsePythonObject', () => {
  const text = '{\n  "a": Infinity,\n  "b": [\n    -Infinity,\n    NaN,\n    -1.5\n  ],\n  "c": {},\n  "d": []\n}\n';

  it('reads numbers as Python writes them, and they are written so again', () => {
    const value = parsePythonObject(text, 'config.json');
    expect(value).toEqual({ a: Infinity, b: [-Infinity, Number.NaN, -1.5], c: {}, d: [] });
    expect(serializeConfig(value)).toBe(text);
    expect(() => parseJsonObject(text, 'run.json')).toThrow('line 2, column 8');
  });

  it.each(['{"a": Infinit}', '{"a": -Inf}', '{"a": nan}', '{"a": --1}', '{"a": +Infinity}'])('refuses %s', (json) => {
    expect(() => parsePythonObject(json, 'config.json')).toThrow(/config.json: not valid JSON, .* line 1/);
  });

  it('is what config.json is read by: a field that needs a number names the value', () => {
    const json =
      '{"model_type": "gla", "hidden_size": 8, "num_heads": 1, "time_step_limit": [0.0, Infinity], "norm_eps": NaN}';
    expect(() => parseConfig(json, mixers)).toThrow(
      'config.json: norm_eps is NaN where a number from 0 up to 1 is needed',
    );
    const { json: kept } = parseConfig(json.replace('NaN', '1e-5'), mixers);
    expect(kept.time_step_limit).toEqual([0, Infinity]);
  });

  it('tells what stands in the place of a configuration', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n';
    expect(() => parsePythonObject(pointer, 'config.json')).toThrow(
      'config.json: is a Git LFS pointer of 64 bytes, not JSON; run git lfs pull, or download the file.',
    );
    expect(() => parsePythonObject('<!DOCTYPE html><html>', 'c')).toThrow(
      'c: is a web page (HTML) of 21 bytes, not JSON',
    );
  });

  it('writes what JSON.stringify writes, keys in order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(JSON.parse(serializeConfig(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
