// Looks inside a model while rows run through it: what enters and leaves each layer, and what its mixer has computed from.
// B batch, T time, D width. No mixer is asked for its name: its ops say by the names of their inputs what it has computed from.
import { type Batch, checkBatch } from '@twilljs/data';
import { checkModel, hostIds, type LanguageModel } from '@twilljs/hybrid';
import { firstState, type Mixer, type MixerFamily, type Sequences, type State, sequencesOf } from '@twilljs/nn';
import {
  type Data,
  type Device,
  keep,
  nextTurn,
  type Op,
  OptionError,
  release,
  scope,
  shown,
  type Tensor,
  tensor,
  untracked,
} from '@twilljs/tensor';
import { during } from './hooks.ts';

/** Tokens that run at the same time: of many rows, or a part of a long one. */
const TOKENS_AT_ONCE = 2048;

/** An op that a mixer has run, with what went into it. */
export interface RanOp {
  readonly op: Op;
  /** By the names that the op gives them, without `?`; null where an optional one was left out. */
  readonly inputs: Readonly<Record<string, Tensor | null>>;
  readonly attrs: unknown;
}

/** One layer while some rows, or a part of them, ran through it. Its tensors are given back when whoever looks at it returns. */
export interface LayerPass {
  /** 0-based. */
  readonly layer: number;
  readonly mixer: Mixer;
  /** The residual stream [B,T,D] as the layer found it and as it left it. */
  readonly before: Tensor;
  readonly after: Tensor;
  /** What the mixer gave, [B,T,D], as its block adds it to the stream. */
  readonly mixed: Tensor;
  /**
   * What the mixer ran, in order; what stands inside an op's own definition is left out. By these names probes know what they see:
   * `g` is the natural log of the factor by which a state decays, [B,T,...] or the same at every token [...], null for none; `beta` the
   * strength of a write; an op with `q`, `k`, `v` and an output `lse` is softmax attention.
   */
  readonly ops: readonly RanOp[];
  /** Tokens that these rows had before. */
  readonly past: number;
}

/** What was seen in one layer. */
export interface Seen {
  readonly layer: number;
  readonly family: MixerFamily;
  /** B T of the part that ran. */
  readonly tokens: number;
  /** Values of what `look` gave; null where it saw nothing. */
  readonly found: readonly Data[] | null;
}

/**
 * Runs rows through a model and looks into every layer. Long rows run part by part, states handed on; sequences that lie in ranges run
 * one by one. Nothing is recorded for a gradient, and the model is left as it was.
 *
 * @param look sees one layer at a time; the tensors that it returns are read. Null: the layer has no such thing.
 * @returns what was seen, part by part, layers in order.
 * @throws OptionError for what is no model, or an id outside its vocabulary; ShapeError for what is no batch.
 * @example
 * for await (const { layer, found } of layerPasses(model, rows, ({ after }) => [after.mul(after).mean()])) ...
 */
export async function* layerPasses(
  model: LanguageModel,
  rows: Batch,
  look: (pass: LayerPass) => readonly Tensor[] | null,
): AsyncGenerator<Seen> {
  checkModel('layerPasses', model);
  checkBatch('layerPasses', rows);
  const { B, T, ranges = null } = rows;
  const kind = { what: 'ids', vocabulary: model.config.model.vocab_size } as const;
  const { data } = hostIds({ data: rows.inputs, shape: [B, T] }, kind, () => ranges);
  for (const [from, count, length] of ranges ? apart(ranges) : together(B, T)) {
    let states: (State | undefined)[] = [];
    try {
      for (let past = 0; past < length; past += TOKENS_AT_ONCE) {
        const size = Math.min(TOKENS_AT_ONCE, length - past);
        const shape = [count, size] as const;
        const ids = data.subarray(from + past, from + past + count * size); // more rows than one are never cut
        const part = { shape, past, length };
        const left = keep(untracked(() => scope(() => run(model, ids, part, states, look))));
        release(states);
        states = left.map(({ state }) => state);
        for (const [layer, { found }] of left.entries()) {
          const values = found && (await Promise.all(found.map((t) => t.data())));
          release(found);
          yield { layer, family: model.config.layers[layer].family, tokens: count * size, found: values };
        }
        await nextTurn();
      }
    } finally {
      release(states);
    }
  }
}

type Piece = readonly [from: number, rows: number, length: number];

function* together(B: number, T: number): Generator<Piece> {
  const rows = Math.max(1, Math.floor(TOKENS_AT_ONCE / T));
  for (let row = 0; row < B; row += rows) yield [row * T, Math.min(rows, B - row), T];
}

function* apart(ranges: Int32Array): Generator<Piece> {
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i + 1] > ranges[i]) yield [ranges[i], 1, ranges[i + 1] - ranges[i]];
  }
}

interface Part {
  readonly shape: readonly [B: number, T: number];
  readonly past: number;
  /** Of the rows. */
  readonly length: number;
}

/** What one part leaves in each layer, out of its scope. */
function run(
  { model: { embeddings, layers }, device }: LanguageModel,
  ids: Int32Array,
  { shape: [B, T], past, length }: Part,
  states: readonly (State | undefined)[],
  look: (pass: LayerPass) => readonly Tensor[] | null,
): { found: Tensor[] | null; state: State | undefined }[] {
  const isWhole = length === T;
  const begins = layers.map(
    ({ attn }, i) => states[i] ?? (isWhole && !attn.initial_state ? undefined : firstState(attn, B)),
  );
  const at = begins.some((state) => state) ? placed(device, { B, T, past, length }, layers) : undefined;
  let h = embeddings.forward(tensor(ids, [B, T], { device }));
  return layers.map((block, layer) => {
    const { attn } = block;
    const ops: RanOp[] = [];
    let mixed: Tensor | null = null;
    const listen = (forward: Mixer['forward']) =>
      ((...args) => {
        const left = listening(device, ops, () => forward(...args));
        mixed = left.y;
        return left;
      }) as Mixer['forward'];
    const before = h;
    const left = during(attn, 'forward', listen, () => block.forward(before, begins[layer], begins[layer] && at));
    h = left.h;
    const pass = { layer, mixer: attn, before, after: h, mixed: mixed ?? h, ops: ops.filter(isThere), past };
    // Under other handles, so that what is given back later is no one else's.
    const other = (t: Tensor) => t.alias(t.shape);
    const state = isWhole ? undefined : Object.fromEntries(Object.entries(left.state).map(([k, t]) => [k, other(t)]));
    return { found: looked(look(pass))?.map(other) ?? null, state };
  });
}

/** @throws OptionError for what is no list of tensors: a user's function gives it. */
function looked(found: readonly Tensor[] | null): readonly Tensor[] | null {
  const areTensors = Array.isArray(found) && found.length > 0 && found.every((t) => typeof t?.alias === 'function');
  if (found === null || areTensors) return found;
  throw new OptionError(
    `layerPasses: look gives ${shown(found)} where a list of tensors, or null, is needed; correct it.`,
  );
}

function placed(
  device: Device,
  { B, T, past, length }: { B: number; T: number; past: number; length: number },
  layers: readonly { readonly attn: Mixer }[],
): Sequences {
  const positions = new Int32Array(B).fill(past);
  const rotary = layers.map(({ attn }) => attn.rotary);
  return sequencesOf(device, { B, T, positions, capacity: length === T ? 0 : length, rotary });
}

/** Notes every op that reaches the device: each asks it for a runner, in `apply`. */
function listening<T>(device: Device, ops: RanOp[], body: () => T): T {
  const listen = (find: Device['find']) =>
    ((op, ins, attrs) => {
      const names = op.inputs.map((name) => name.replace('?', ''));
      ops.push({ op, attrs, inputs: Object.fromEntries(names.map((name, i) => [name, ins[i] as Tensor | null])) });
      return find(op, ins, attrs);
    }) as Device['find'];
  return during(device, 'find', listen, body);
}

/** Whether what went into it is still there: what stands inside a definition is given back with it. */
const isThere = ({ inputs }: RanOp): boolean => Object.values(inputs).every((t) => !t || t.held().length > 0);
