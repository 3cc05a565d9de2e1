// Goldens at paths: what holds, what is off, and what fits no op, each without the others.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeSafetensors, store } from '@twilljs/hub';
import { cpu } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { afterAll, describe, expect, it } from 'vitest';
import { dataOf, faultOf, isWithin, replayGoldens, textOf } from './node.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-parity-'));
afterAll(() => rmSync(home, { recursive: true }));

/** A golden of `linear`: 3 x 5 + 4 x 6 = 39. */
function golden(name: string, y: number[], op = 'linear'): void {
  const tensors = {
    'in.x': store('F32', [1, 2], [3, 4]),
    'in.weight': store('F32', [1, 2], [5, 6]),
    'out.y': store('F64', [1, y.length], y),
  };
  writeFileSync(join(home, name), serializeSafetensors(Object.entries(tensors), { op }));
}

it('measures every golden of a folder, and says which fit no op of this version', async () => {
  golden('a-right.safetensors', [39]);
  golden('b-wrong.safetensors', [38]);
  golden('c-shape.safetensors', [39, 0]);
  golden('d-later.safetensors', [39], 'fromTheFuture');
  const seen: string[] = [];
  const outcome = await replayGoldens([home], {
    ...{ mixers: [], device: cpu(), label: 'here' },
    observe: (path, done, of) => seen.push(`${path.slice(home.length + 1)} ${done}/${of}`),
  });
  expect(seen).toEqual(['a-right.safetensors 0/3', 'b-wrong.safetensors 1/3', 'c-shape.safetensors 2/3']);
  expect(outcome.replayed.map(({ measured }) => measured[0].error)).toEqual([0, 1 / 38]);
  expect(outcome.broken).toEqual([
    {
      path: join(home, 'c-shape.safetensors'),
      reason: 'out.y: [1,2] is expected but the op gives [1,1]; let the inputs agree with it.',
    },
  ]);
  expect(outcome.skipped[0].reason).toBe('op fromTheFuture is not in this version');
  expect(isWithin(outcome)).toBe(false);
  expect(faultOf(outcome)).toMatch(/^1 goldens are broken, the first is /);
  expect(dataOf(outcome)).toMatchObject({ ok: false, device: 'here', dtype: 'f32', goldens: 2, above: 1 });
});

describe('tokenizers', () => {
  const right = { text: 'ab', add_special_tokens: true, ids: [2, 0], decoded: 'a', decoded_with_special: '<s>a' };
  const file = {
    added_tokens: [{ id: 2, content: '<s>', special: true }],
    decoder: { type: 'Fuse' },
    post_processor: { type: 'BertProcessing', cls: ['<s>', 2], sep: ['<s>', 2] },
    model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] },
  };
  const folder = (name: string, cases: unknown) => {
    mkdirSync(join(home, 'tok', name), { recursive: true });
    writeFileSync(join(home, 'tok', name, 'tokenizer.json'), JSON.stringify(file));
    writeFileSync(join(home, 'tok', name, 'cases.json'), JSON.stringify(cases));
    return join(home, 'tok', name);
  };
  const replayed = (path: string) => replayGoldens([path], { mixers: [], device: cpu(), label: 'here' });
  const all = { ...right, ids: [2, 0, 1, 2], decoded: 'ab', decoded_with_special: '<s>ab<s>' };

  it('says whether every case is right, and names those that are wrong with their text', async () => {
    const outcome = await replayed(folder('right', [all, all]));
    expect(isWithin(outcome)).toBe(true);
    expect(textOf(outcome)).toMatch(/\n {2}2 cases\n\n1 golden, 0 tensors on here \(f32\): all 2 cases right\n$/);
    const wrong = await replayed(folder('wrong', [all, right]));
    expect(isWithin(wrong)).toBe(false);
    expect(faultOf(wrong)).toBe(null);
    expect(textOf(wrong)).toContain('case 1, "ab": ids [2,0,1,2] where [2,0] is expected');
    expect(dataOf(wrong)).toMatchObject({ ok: false, cases: { count: 2, wrong: [{ index: 1, what: 'ids' }] } });
  });

  it.each([
    ['no list', { cases: [] }, /a list of cases is needed/],
    ['no text', [{ ...right, text: 5 }], /case 0 is \{/],
    ['null', [right, null], /case 1 is null/],
  ])('refuses cases that are none: %s', async (name, cases, message) => {
    expect(faultOf(await replayed(folder(name, cases)))).toMatch(message);
  });
});

describe('sampling', () => {
  const right = { logits: [0, 0, 3], ids: [2], options: { top_k: 1 }, probabilities: [0, 0, 1], kept: 1 };
  const folder = (name: string, cases: unknown) => {
    mkdirSync(join(home, 'sampling', name), { recursive: true });
    writeFileSync(join(home, 'sampling', name, 'cases.json'), JSON.stringify(cases));
    return join(home, 'sampling', name);
  };
  const replayed = (path: string) => replayGoldens([path], { mixers: [], device: cpu(), label: 'here' });

  it('is right case by case, in the repository too', async () => {
    const path = folder('right', [right, { ...right, options: { top_k: 1, no_repeat_ngram_size: 0, top_p: null } }]);
    expect(textOf(await replayed(path))).toMatch(/: all 2 cases right\n$/);
    const golden = new URL('../../../golden/sampling', import.meta.url).pathname;
    expect(dataOf(await replayed(golden))).toMatchObject({ ok: true, goldens: 1, skipped: [], cases: { count: 17 } });
  });

  it('names what is wrong', async () => {
    const off = { ...right, probabilities: [0, 2e-6, 1 - 2e-6], kept: 2 };
    const outcome = await replayed(folder('wrong', [right, off, { ...right, kept: 2 }]));
    expect(isWithin(outcome)).toBe(false);
    expect(textOf(outcome)).toContain('case 1, "{\\"top_k\\":1}": kept [2] where [1,2] is expected');
    expect(dataOf(outcome)).toMatchObject({
      cases: {
        count: 3,
        wrong: [
          { what: 'probability of 1' },
          { what: 'probability of 2' },
          { what: 'kept' },
          { index: 2, what: 'kept' },
        ],
      },
    });
  });

  it.each([
    ['a probability too few', [{ ...right, probabilities: [1] }], /case 0 is \{/],
    ['no numbers', [right, { ...right, logits: [null] }], /case 1 is \{/],
    [
      'an option that is none here',
      [{ ...right, options: { typical_p: 0.9 } }],
      /case 0: option "typical_p" is not in/,
    ],
    ['one that cannot be', [{ ...right, options: { top_p: 2 } }], /topP is 2/],
  ])('refuses cases that are none: %s', async (name, cases, message) => {
    expect(faultOf(await replayed(folder(name, cases)))).toMatch(message);
  });
});

describe('what holds no model', () => {
  const models = new URL('../../../golden/models/', import.meta.url).pathname;
  const options = { mixers, device: cpu({ float: 'f64' }), label: 'here' };
  const apart = mkdtempSync(join(tmpdir(), 'twill-parity-'));
  afterAll(() => rmSync(apart, { recursive: true }));
  const path = join(apart, 'hgrn');
  mkdirSync(path);
  copyFileSync(join(models, 'hgrn/expected.safetensors'), join(path, 'expected.safetensors'));

  it('takes the one of its name from the base', async () => {
    const outcome = await replayGoldens([path], { ...options, base: models });
    expect([isWithin(outcome), outcome.replayed[0].path]).toEqual([true, path]);
  });

  it('is skipped without a base, and where the base has no such model', async () => {
    expect((await replayGoldens([path], options)).skipped[0].reason).toMatch(/name the folder of models by --base/);
    expect((await replayGoldens([path], { ...options, base: home })).skipped[0].reason).toMatch(/and .*hgrn neither/);
    await expect(replayGoldens([path], { ...options, base: join(home, 'no') })).rejects.toThrow(/is no directory/);
  });

  it('names folders that are for other versions, and adapters whose model is not there', async () => {
    const other = join(home, 'later');
    for (const [name, config] of [
      ['adapter', '{ "base_model_name_or_path": "hgrn" }'],
      ['astray', '{ "base_model_name_or_path": "../../etc" }'],
      ['damaged', '{'],
    ]) {
      mkdirSync(join(other, name), { recursive: true });
      writeFileSync(join(other, name, 'adapter_config.json'), config);
      writeFileSync(join(other, name, 'expected.safetensors'), '');
    }
    writeFileSync(join(other, 'cases.json'), '[]');
    const { skipped, broken } = await replayGoldens([other], options);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'it is for the model "hgrn"; name the folder that holds it by --base',
      'it is for the model "../../etc"; name the folder that holds it by --base',
      'cases.json: cases of this form are not in this version',
    ]);
    expect(broken[0].reason).toMatch(/adapter_config.json/);
  });
});
