// Caches as bytes and as owners: only what was written comes back, and only to the model it belongs to.
import { attention } from '@twilljs/attention';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { filesOfModel, modelFromFiles } from '@twilljs/hub';
import { initializer } from '@twilljs/nn';
import { retnet } from '@twilljs/retnet';
import { cpu, type Device, DeviceError, FileError, rng, scope, tensor, untracked } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { type Cache, hybrid, type LanguageModel } from './index.ts';

const mixers = [attention, gatedDeltanet, retnet];
const config = {
  layers: ['gated-deltanet', 'attention', 'retnet'],
  hidden_size: 16,
  num_heads: 2,
  head_dim: 4,
  expand_v: 1,
  intermediate_size: 16,
  vocab_size: 20,
};
const make = (more: object = {}, on: Device = cpu()) =>
  hybrid({ ...config, ...more }, { mixers, init: initializer(2, 0.3) }).to(on);
const model = await make();

const prompt = [
  [3, 1, 4, 1, 5],
  [9, 2, 6, 5, 3],
];
function filled(of: LanguageModel): Cache {
  const cache = of.cache(2);
  scope(() => of.next(prompt, cache));
  return cache;
}
const next = async (of: LanguageModel, cache: Cache) => [...(await scope(() => of.next([[8], [7]], cache)).data())];
const good = await filled(model).serialize();

const START = 'twill cache 3\n'.length + 9;
/** The bytes with another header, under a checksum that fits. */
function withHeader(change: (header: never) => unknown): Uint8Array {
  const body = good.subarray(START);
  const end = body.indexOf(10) + 1;
  const header = JSON.stringify(change(JSON.parse(new TextDecoder().decode(body.subarray(0, end))) as never));
  return sealed(Uint8Array.from([...new TextEncoder().encode(`${header}\n`), ...body.subarray(end)]));
}
function sealed(body: Uint8Array): Uint8Array {
  const head = `twill cache 3\n${crc32(body).toString(16).padStart(8, '0')}\n`;
  return Uint8Array.from([...new TextEncoder().encode(head), ...body]);
}

it('the checksum is the one of zip', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926); // the check value of the catalogue of CRCs
  expect(crc32(new Uint8Array(0))).toBe(0);
});

describe('bytes', () => {
  it.each([['cpu'], ['cpu-f64'], ['wasm']])('bring back the same bits on %s', async (name) => {
    const on = name === 'wasm' ? await device({ name: 'wasm' }) : cpu({ float: name === 'cpu' ? 'f32' : 'f64' });
    const here = await make({}, on);
    using cache = filled(here);
    using again = here.restore(await cache.serialize());
    expect([...again.positions]).toEqual([5, 5]);
    expect(await next(here, again)).toEqual(await next(here, cache));
  });

  it('may come from a file, as a Buffer of Node', async () => {
    using cache = filled(model);
    using again = model.restore(Buffer.from(good));
    expect(await next(model, again)).toEqual(await next(model, cache));
  });

  it('hold a cache before its first token, and one whose window has dropped keys', async () => {
    using empty = model.restore(await model.cache(3).serialize());
    expect([...empty.positions]).toEqual([0, 0, 0]);
    const attn = { layers: [0], num_heads: 2, window_size: 3 };
    const windowed = await make({ layers: undefined, model_type: 'gated-deltanet', num_hidden_layers: 2, attn });
    using cache = filled(windowed);
    using again = windowed.restore(await cache.serialize());
    expect(await next(windowed, again)).toEqual(await next(windowed, cache));
  });

  it('are those of the moment of the call, whatever the cache does meanwhile', async () => {
    using cache = filled(model);
    const writing = cache.serialize();
    await next(model, cache);
    cache[Symbol.dispose]();
    expect(await writing).toEqual(good);
  });

  it('with any one bit flipped, any byte missing or anything added are refused', () => {
    const refused = (bytes: Uint8Array) => expect(() => model.restore(bytes)).toThrow(FileError);
    const random = rng(4);
    const header = START + 400;
    for (let i = 0; i < 1500; i++) {
      const bytes = good.slice();
      bytes[i < 900 ? i % header : random.int(good.length)] ^= 1 << random.int(8);
      refused(bytes);
    }
    for (let i = 0; i < 300; i++) refused(good.subarray(0, i < 100 ? i : random.int(good.length)));
    refused(Uint8Array.from([...good, 0]));
    refused(Uint8Array.from([0xef, 0xbb, 0xbf, ...good]));
    refused(new Uint8Array(0));
  });

  it.each([1, 2])('of format %i are refused, and said to be so', (format) => {
    const bytes = new TextEncoder().encode(`twill cache ${format}\n{"batch":1,"position":0,"layers":[{},{},{}]}\n`);
    expect(() => model.restore(bytes)).toThrow(
      new FileError(`cache: it is of format ${format} but this version reads 3; let the model read the text again.`),
    );
  });

  it('with a header that fits the checksum but not the model are refused', () => {
    type Header = {
      positions: number[];
      layers: Record<string, { dtype: string; shape: number[] }>[];
    };
    /** With another entry, or none, of a layer. */
    const put = (layer: number, entries: Record<string, unknown>) => (h: Header) => ({
      ...h,
      layers: h.layers.map((old, i) => (i === layer ? { ...old, ...entries } : old)),
    });
    const f32 = (...shape: number[]) => ({ dtype: 'f32', shape });
    const shapes = [[2, 2, 4], [2, 2, 2, 8], [2, 2, 4, 5], [-2, -2, 4, 4], [2 ** 30, 2 ** 30], []];
    const headers: ((h: Header) => unknown)[] = [
      () => ({}),
      () => [],
      () => null,
      () => 'batch',
      (h) => ({ ...h, layers: {} }),
      (h) => ({ ...h, layers: [null, null, null] }),
      (h) => ({ ...h, layers: h.layers.slice(1) }),
      (h) => ({ ...h, layers: [...h.layers, {}] }),
      (h) => ({ ...h, layers: [h.layers[1], h.layers[0], h.layers[2]] }),
      (h) => ({ ...h, layers: h.layers.map(() => ({})) }),
      ...[-7, 0, 4, 6, 1.5, '5', null, 1e300].map((p) => (h: Header) => ({ ...h, positions: [p, p] })),
      ...[[5], [5, 5, 5], [], [5, 6], [5, -1], 5, null, { length: 2 }].map((positions) => (h: Header) => ({
        ...h,
        positions,
      })),
      put(0, { extra: 1 }),
      put(0, { recurrent: undefined }),
      put(0, { recurrent: 3 }),
      ...shapes.map((shape) => put(0, { recurrent: f32(...shape) })),
      ...['2,2,4,4', { length: 4 }, null].map((shape) => put(0, { recurrent: { dtype: 'f32', shape } })),
      ...['f64', 'i32', 'f16', 7, null].map((dtype) => put(0, { recurrent: { dtype, shape: [2, 2, 4, 4] } })),
      put(1, { k: f32(2, 4, 2, 8) }),
      put(1, { k: f32(2, 3, 2, 8), v: f32(2, 7, 2, 8) }),
    ];
    for (const change of headers) {
      const bytes = withHeader(change as never);
      expect(() => model.restore(bytes), String.fromCharCode(...bytes.subarray(START, START + 300))).toThrow(FileError);
    }
    expect([...model.restore(withHeader((h) => h)).positions]).toEqual([5, 5]);
    expect(() => model.restore(sealed(new TextEncoder().encode('no header')))).toThrow(FileError);
    const deep = `{"positions":[5,5],"model":{"vocab_size":${'['.repeat(9000)}${']'.repeat(9000)}},"layers":[]}\n`;
    expect(() => model.restore(sealed(new TextEncoder().encode(deep)))).toThrow(FileError);
    expect(() => model.restore(sealed(Uint8Array.from([...good.subarray(START), 1, 2, 3, 4])))).toThrow(
      /its header speaks of \d+ bytes but there are \d+/,
    );
  });

  it('of a wider model, another weave or other numbers name what differs', async () => {
    const wide = await make({ hidden_size: 24, num_heads: 3 });
    const bytes = await filled(wide).serialize();
    expect(() => model.restore(bytes)).toThrow(
      'cache: hidden_size is 24 there but 16 here; restore it with the model that wrote it.',
    );
    const woven = await make({ layers: ['retnet', 'attention', 'gated-deltanet'] });
    expect(() => woven.restore(good)).toThrow('cache: layers is ["gated-deltanet",');
    const exact = await make({}, cpu({ float: 'f64' }));
    expect(() => exact.restore(good)).toThrow('recurrent is f32 [2, 2, 4, 4] but f64 [2, 2, 4, 4] here');
    expect(() => model.restore('bytes' as never)).toThrow('cache: "bytes" are no bytes');
    expect(() => model.restore(good.buffer as never)).toThrow('cache: a ArrayBuffer are no bytes');
  });
});

describe('bytes of a model that computes otherwise', () => {
  const weave = { layers: undefined, model_type: 'gated-deltanet', num_hidden_layers: 2, ratio: '1:1' };
  const attn = { layers: [1], num_heads: 2 };

  it.each<[string, object]>([
    ['rope_theta', { attn: { ...attn, rope_theta: 500_000 } }],
    ['window_size', { attn: { ...attn, window_size: 100 } }],
    ['vocab_size', { vocab_size: 24 }],
    ['tie_word_embeddings', { tie_word_embeddings: true }],
    ['norm_eps', { norm_eps: 1e-3 }],
    ['intermediate_size', { intermediate_size: 24 }],
    ['use_gate', { use_gate: false }],
    ['allow_neg_eigval', { allow_neg_eigval: true }],
  ])('are refused though their states have the same shapes: %s', async (name, change) => {
    using cache = filled(await make(weave));
    const bytes = await cache.serialize();
    const other = await make({ ...weave, ...change });
    expect(() => other.restore(bytes)).toThrow(FileError);
    expect(() => other.restore(bytes)).toThrow(name);
  });

  it('are taken where the configuration is only written otherwise, or says what no logit depends on', async () => {
    const here = await make(weave);
    using cache = filled(here);
    const bytes = await cache.serialize();
    const spelt = { ...weave, ratio: undefined, model_type: 'gated_deltanet', attn: [{ num_heads: 2, layers: [1] }] };
    const alike = [
      await make(spelt),
      await make({ ...weave, ratio: undefined, pattern: 'GA', bos_token_id: 3, pad_token_id: 4 }),
      (await modelFromFiles(await filesOfModel(here), { mixers, device: cpu() })).model,
    ];
    for (const other of alike) {
      using again = other.restore(bytes);
      expect(await next(other, again)).toEqual(await next(here, here.restore(bytes)));
    }
  });
});

it('caches that nobody disposes of are given back', async () => {
  const on = await device({ name: 'wasm' });
  const there = await make({}, on);
  const before = on.bytesInUse;
  const ids = { data: new Int32Array(2 * 256), shape: [2, 256] as const };
  let most = 0;
  for (let i = 0; i < 300; i++) {
    const cache = there.cache(2);
    await untracked(() => scope(() => there.next(ids, cache))).data();
    cache.snapshot();
    there.restore(await cache.serialize());
    most = Math.max(most, on.bytesInUse - before);
  }
  const one = 4 * 2 * there.stateSize(256);
  expect(300 * 2 * one).toBeGreaterThan(2 ** 25); // what they would be together
  expect(most).toBeLessThan(2 ** 23);
});

describe('a cache', () => {
  it('that was given back is no empty one', async () => {
    const cache = filled(model);
    const snapshot = cache.snapshot();
    cache[Symbol.dispose]();
    cache[Symbol.dispose]();
    const message = 'cache: it was given back by dispose and holds no states';
    expect(() => scope(() => model.next([[1], [2]], cache))).toThrow(message);
    expect(() => scope(() => model.forward([[1], [2]], cache))).toThrow(message);
    expect(() => cache.fork()).toThrow(message);
    expect(() => cache.snapshot()).toThrow(message);
    expect(() => snapshot.restore()).toThrow(message);
    await expect(cache.serialize()).rejects.toThrow(message);
    using live = filled(model);
    const gone = live.snapshot();
    gone[Symbol.dispose]();
    expect(() => gone.restore()).toThrow(message);
    expect(await next(model, live)).toHaveLength(40);
  });

  it('belongs to its model, at the place where that was', async () => {
    const message = 'cache: it was made by another model, or before this one was moved by to()';
    const other = await make();
    using cache = filled(model);
    using fork = cache.fork();
    for (const foreign of [cache, fork]) expect(() => scope(() => other.next([[1], [2]], foreign))).toThrow(message);
    using before = filled(other);
    await other.to(await device({ name: 'wasm' }));
    expect(() => scope(() => other.next([[1], [2]], before))).toThrow(message);
    using after = other.cache(2);
    await expect(next(other, after)).resolves.toHaveLength(40);
    expect(() => scope(() => model.forward([[1]], cache))).toThrow('it holds 2 sequences but the ids have 1;');
  });

  it.each([0, -1, 1.5, Number.NaN, '2', undefined, null])('of %s sequences is refused', (batch) => {
    expect(() => model.cache(batch as number)).toThrow('cache: batch is');
  });

  it('stays where it is when reading fails', async () => {
    using cache = filled(model);
    expect(() =>
      scope(() =>
        model.next(
          [
            [1, 2, 20],
            [1, 2, 3],
          ],
          cache,
        ),
      ),
    ).toThrow('ids: 20 at [0, 2]');
    expect([...cache.positions]).toEqual([5, 5]);
    using same = filled(model);
    expect(await next(model, cache)).toEqual(await next(model, same));
  });

  it('reads a long prompt in blocks as if it were one', async () => {
    const here = await make({}, await device({ name: 'wasm' }));
    const data = rng(1).ints(2 * 600, 20);
    const read = async (ids: Parameters<LanguageModel['next']>[0]) => {
      using cache = here.cache(2);
      const logits = Float64Array.from(await scope(() => here.next(ids, cache)).data());
      expect([...cache.positions]).toEqual([600, 600]);
      return logits;
    };
    const whole = await read(tensor(data, [2, 600], { device: here.device })); // what is on the device is not cut
    expect(deviation(await read({ data, shape: [2, 600] }), whole).error).toBeLessThanOrEqual(1e-5);
  });

  it('goes back to where it was when a later block fails', async () => {
    const failing = { ...cpu(), left: 0 };
    const there = await make({ layers: ['gated-deltanet', 'retnet'] }, failing);
    using cache = filled(there);
    using same = filled(there);
    const inner = failing.allocate.bind(failing);
    failing.allocate = (bytes) => {
      if (cache.positions[0] > 5 && failing.left-- <= 0) throw new Error('no memory');
      return inner(bytes);
    };
    const ids = { data: new Int32Array(2 * 600), shape: [2, 600] as const };
    for (const left of [0, 40]) {
      failing.left = left;
      expect(() => scope(() => there.next(ids, cache))).toThrow('no memory');
      expect([...cache.positions]).toEqual([5, 5]);
    }
    failing.left = Number.POSITIVE_INFINITY;
    expect(await next(there, cache)).toEqual(await next(there, same));
  });

  it.each([2 ** 32 + 5, 2 ** 40])('of %i sequences has no memory, which is said', async (batch) => {
    const there = await make({ layers: ['gated-deltanet', 'retnet'] }, cpu());
    expect(() => there.cache(batch)).toThrow(DeviceError);
  });
});
