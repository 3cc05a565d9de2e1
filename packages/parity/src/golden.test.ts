// The goldens of the repository are read whole; files that only look like one are refused by name.
import { readdirSync, readFileSync } from 'node:fs';
import { serializeSafetensors, store } from '@twilljs/hub';
import { describe, expect, it } from 'vitest';
import { readGolden } from './golden.ts';
import { readModelGolden, readPackedGolden, readTrainGolden } from './golden-model.ts';
import { runGoldenOp } from './golden-ops.ts';

const golden = new URL('../../../golden/', import.meta.url);
const bytesOf = (path: string) => readFileSync(new URL(path, golden));

describe('goldens of ops', () => {
  it.each(readdirSync(new URL('ops', golden)))('%s', (file) => {
    const { op, inputs, outputs, cotangents, gradients, note, tolerance } = readGolden(bytesOf(`ops/${file}`), file);
    expect(file.startsWith(`${op}--`)).toBe(true);
    expect(note).not.toBe('');
    expect(Object.keys(inputs).length).toBeGreaterThan(0);
    expect(Object.keys(outputs).length).toBeGreaterThan(0);
    for (const numbers of Object.values({ ...inputs, ...outputs, ...cotangents, ...gradients })) {
      expect(numbers.data.length).toBe(numbers.shape.reduce((n, d) => n * d, 1));
    }
    // Only ids and labels are integers, and they have no gradient.
    for (const [name, { dtype }] of Object.entries(inputs)) {
      expect(dtype === 'i32').toBe(['ids', 'labels'].includes(name));
      if (dtype === 'i32') expect(gradients).not.toHaveProperty(name);
    }
    for (const bound of Object.values(tolerance)) expect(bound).toBeGreaterThan(1e-5);
  });

  it('keep tolerance out of the options of the op', () => {
    const { attrs, tolerance } = readGolden(bytesOf('ops/rope--far.safetensors'));
    expect(attrs).toEqual({ base: 10000, offset: 4090 });
    expect(tolerance).toEqual({ out: 0.00012, grad: 0.00013 });
  });

  it('are refused when they are not of the format', () => {
    const x = store('F32', [2], [1, 2]);
    const cases: [string, Uint8Array][] = [
      ['no op', serializeSafetensors([['in.x', x]])],
      ['other tensor', serializeSafetensors([['weight', x]], { op: 'linear' })],
      ['attrs not JSON', serializeSafetensors([], { op: 'linear', attrs: '{' })],
      ['no pair', serializeSafetensors([['cot.y', x]], { op: 'linear' })],
      [
        'shapes',
        serializeSafetensors(
          [
            ['in.x', x],
            ['grad.x', store('F64', [1, 2], [1, 2])],
          ],
          { op: 'linear' },
        ),
      ],
      ['tolerance', serializeSafetensors([], { op: 'linear', attrs: '{"tolerance": {"out": -1}}' })],
    ];
    const messages = cases.map(([name, bytes]) => {
      try {
        return `${name}: ${readGolden(bytes, 'x.safetensors').op} accepted`;
      } catch (error) {
        return `${name}: ${error}`;
      }
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "no op: FileError: x.safetensors: its metadata name no op, as a golden file must; give a file of the golden format.",
        "other tensor: FileError: x.safetensors: tensor "weight" is none of in.*, out.*, cot.*, grad.*; give a file of the golden format.",
        "attrs not JSON: FileError: x.safetensors: attrs: not valid JSON, expected a key in double quotes but found the end of the file at line 1, column 2; correct it there.",
        "no pair: FileError: x.safetensors: has cot.y but no out.y; add it.",
        "shapes: FileError: x.safetensors: grad.x is [1,2] but in.x is [2]; make them agree.",
        "tolerance: FileError: x.safetensors: attrs.tolerance.out is -1 where a positive number is needed; correct it.",
      ]
    `);
  });
});

describe('goldens of models', () => {
  it.each(readdirSync(new URL('models', golden)))('%s', (name) => {
    const expected = readModelGolden(bytesOf(`models/${name}/expected.safetensors`), name);
    const config = JSON.parse(bytesOf(`models/${name}/config.json`).toString());
    const [B, T] = expected.inputIds.shape;
    expect(expected.logits.shape).toEqual([B, T, config.vocab_size]);
    expect(expected.hidden.map(({ shape }) => shape)).toEqual(
      Array(config.num_hidden_layers).fill([B, T, config.hidden_size]),
    );
    expect(expected.loss).toBeGreaterThan(1);
    expect(expected.gradients.has('model.embeddings.weight')).toBe(true);
    expect(expected.gradients.has('lm_head.weight')).toBe(!config.tie_word_embeddings);
  });

  it.each(['gated_deltanet-hybrid', 'transformer'])('%s, training', (name) => {
    const { attrs, inputIds, loss, gradNorm, lr, params } = readTrainGolden(
      bytesOf(`models/${name}/train.safetensors`),
      name,
    );
    expect([inputIds.shape[0], loss.length, gradNorm.length, lr.length]).toEqual(Array(4).fill(attrs.steps));
    expect([...params.keys()].sort()).toEqual(
      [...readModelGolden(bytesOf(`models/${name}/expected.safetensors`)).gradients.keys()].sort(),
    );
  });

  it.each(['delta_net', 'gated_deltanet-hybrid', 'transformer'])('%s, packed', (name) => {
    const { ranges, inputIds, logits, gradients } = readPackedGolden(
      bytesOf(`models/${name}/packed.safetensors`),
      name,
    );
    expect([...ranges]).toEqual([0, 1, 1, 4, 4, 37, 37, 64, 70, 134, 134, 136]);
    expect(logits.shape.slice(0, 2)).toEqual(inputIds.shape);
    expect(gradients.size).toBeGreaterThan(10);
  });

  it.each([readModelGolden, readPackedGolden])('are refused when a tensor is missing', (read) => {
    expect(() => read(serializeSafetensors([]), 'x')).toThrow(
      'x: has no tensor input_ids, as a golden file of a model must; give a file of the golden format.',
    );
  });
});

it('an op golden without an input', () => {
  expect(() => runGoldenOp('linear', {}, {})).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: linear: the file has no in.x, and needs x, weight; write it again.]`,
  );
});
