// What one layer has and does at each token of a sentence.
import { layerPasses } from '@twilljs/eval';
import type { LanguageModel } from '@twilljs/hybrid';
import { firstState, sequencesOf } from '@twilljs/nn';
import { tensor, untracked, zeros } from '@twilljs/tensor';

/**
 * Of T ids: states [T,...shape], read-outs [T,D], ids expected next [T]; what is kept [T,channels], and
 * the strengths of writes [T,heads], or none.
 */
export type Read = Readonly<Record<'ids' | 'states' | 'readOut' | 'next' | 'keep' | 'write', ArrayLike<number>>> & {
  readonly shape: readonly number[];
};

/** Reads ids one by one for the states, and all together for the rest. */
export async function readBy(model: LanguageModel, ids: Int32Array): Promise<Read> {
  const { device, model: stack } = model;
  const [block] = stack.layers;
  const B = 1;
  const states: number[] = [];
  let state = firstState(block.attn, B);
  for (let t = 0; t < ids.length; t++) {
    const at = sequencesOf(device, { B, T: 1, positions: [t], rotary: [block.attn.rotary] });
    const id = tensor(ids.slice(t, t + 1), [B, 1], { device });
    ({ state } = untracked(() => block.forward(stack.embeddings.forward(id), state, at)));
    states.push(...(await state.recurrent.data()));
  }
  const rows = { inputs: ids, labels: ids, B, T: ids.length };
  const passes = layerPasses(model, rows, ({ ops, mixed }) => {
    const { g, beta } = ops.find(({ inputs }) => inputs.g !== undefined)!.inputs;
    const same = g && g.shape.length > 2 ? null : zeros([ids.length, g?.shape.at(-1) ?? 1], { device });
    const log = same ? (g ? same.add(g) : same) : g!;
    return [mixed, log.exp(), ...(beta ? [beta] : [])];
  });
  const { found } = (await passes.next()).value!;
  const [readOut, keep, write = []] = found!;
  const { best: next } = await model.logprobs([ids], { positions: [...ids.keys()], labels: ids });
  return { shape: state.recurrent.shape.slice(1), ids, states, readOut, keep, write, next };
}
