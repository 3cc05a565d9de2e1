// An adapter of every single linear layer of a model: it changes what the model computes, and exactly as adding it to the weights does.
import type { LanguageModel } from '@twilljs/hybrid';
import { Linear, modules } from '@twilljs/nn';
import { type Device, release, scope, untracked, write } from '@twilljs/tensor';
import { deviation, noise } from '@twilljs/tensor/testing';
import { expect, it } from 'vitest';
import { make } from '../../hybrid/src/models.test-data.ts';
import { addAdapter } from './index.ts';

const ids = [
  [1, 2, 3, 4, 5, 6, 7],
  [9, 8, 7, 6, 5, 4, 3],
];

/** Logits of the whole, measured; recorded for a gradient; and of a prompt of five and two tokens after it. */
async function computed(model: LanguageModel): Promise<number[][]> {
  const read = async (make: () => ReturnType<LanguageModel['logits']>) => {
    const t = make();
    const numbers = [...(await t.data())];
    release(t);
    return numbers;
  };
  using cache = model.cache(2);
  const next = (at: number, to: number) =>
    model.next(
      ids.map((row) => row.slice(at, to)),
      cache,
    );
  const decoded: number[] = [];
  for (const [at, to] of [
    [0, 5],
    [5, 6],
    [6, 7],
  ]) {
    decoded.push(...(await read(() => untracked(() => next(at, to)))));
  }
  return [await read(() => model.logits(ids)), await read(() => scope(() => model.forward(ids))), decoded];
}

/**
 * @param tolerance of what is merged against what is applied.
 * @param only some of the layers, by their paths.
 */
export function everywhere(
  label: string,
  device: Device,
  cases: readonly (readonly [name: string, config: object])[],
  tolerance: number,
  only = /./,
): void {
  it.each(cases)(`%s on ${label}`, async (_, config) => {
    const model = await make(config, device);
    const { layers } = model.model;
    const isTwice = layers[0].attn.constructor === layers[1].attn.constructor;
    const linears = [...modules(model)].flatMap(([path, layer]) =>
      layer instanceof Linear && only.test(path) && !(isTwice && path.startsWith('model.layers.0.')) ? [path] : [],
    );
    if (only.source === '.') expect(linears.length).toBeGreaterThan(isTwice ? 6 : 12);
    else expect(linears.length).toBeGreaterThan(2);
    const off: string[] = [];
    let before = await computed(model);
    for (const [i, path] of linears.entries()) {
      const target_modules = path.replaceAll('.', '\\.');
      const adapter = await addAdapter(model, { peft_type: 'LORA', r: 3, lora_alpha: 6, target_modules });
      const [, [name, B]] = [...adapter.parameters];
      expect(name).toBe(`${path}.lora_B.weight`);
      if (i === 0) expect(await computed(model)).toEqual(before);
      write(
        B,
        noise(B.size, i).map((x) => 0.2 * x),
      );
      const applied = await computed(model);
      await adapter.merge();
      const merged = await computed(model);
      for (const [way, own] of applied.entries()) {
        const changed = deviation(own, before[way]).error;
        const { error } = deviation(merged[way], own);
        if (!(changed > 1e-3 && error <= tolerance)) off.push(`${path}, way ${way}: changed ${changed}, off ${error}`);
      }
      before = merged;
    }
    expect(off).toEqual([]);
    model[Symbol.dispose]();
  });
}
