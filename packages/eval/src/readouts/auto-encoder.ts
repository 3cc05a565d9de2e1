// The decoder of MAD's auto-encoder: every token of a row is said by what the blocks have left at its last one, and by its place.
// B rows, T tokens, D width.
import {
  type Block,
  gelu,
  type Initializer,
  Linear,
  type Mixer,
  type MixerFamily,
  type ModelWidths,
  RMSNorm,
  type Sequences,
  type State,
} from '@twilljs/nn';
import { OptionError, type Tensor, tensor } from '@twilljs/tensor';

const name = 'auto-encoder';

/** What it cannot do, for whoever decodes. */
const refusal = `${name}: the model says a row again by the state at its last token, so it has no next token to write and no cache; measure it by its task, such as with twill eval.`;

/**
 * y_t = g(W_2 n(g(W_1 n(h_{T-1} + p_t) + b_1)) + b_2), with the exact GELU g, norms n, and codes p_t of `positionCodes`: no position
 * but the last is read. The norm and the head of the model follow, which here as everywhere has no bias.
 *
 * @see Poli et al. 2024, https://arxiv.org/abs/2403.17844: compression.
 */
class Decoder implements Mixer {
  readonly norms: readonly [RMSNorm, RMSNorm];
  readonly layers: readonly [Linear, Linear];

  constructor({ hidden_size: D, norm_eps }: ModelWidths, init: Initializer) {
    if (D < 4) throw new OptionError(`${name}: hidden_size is ${D} and codes of positions need 4 or more; enlarge it.`);
    const [norms, layers] = [init.fork('norms'), init.fork('layers')];
    this.norms = [new RMSNorm(D, norm_eps, norms.fork(0)), new RMSNorm(D, norm_eps, norms.fork(1))];
    this.layers = [new Linear(D, D, layers.fork(0), { bias: true }), new Linear(D, D, layers.fork(1), { bias: true })];
  }

  init(): State {
    throw new OptionError(refusal);
  }

  /** @throws OptionError where the row is one of several sequences, or goes on from a state. */
  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    if (at?.ranges)
      throw new OptionError(`${name}: sequences of different lengths are given; give rows of one length.`);
    if (state || at?.position) throw new OptionError(refusal);
    const [, T, D] = x.shape;
    const codes = tensor(positionCodes(T, D), [T, D], { device: x.device });
    let y = x.slice(1, T - 1, T).add(codes); // [B,T,D]
    for (const [i, layer] of this.layers.entries()) y = gelu(layer.forward(this.norms[i].forward(y)));
    return { y, state: {} };
  }

  stateSize(): number {
    return 0;
  }

  coreMacs(): number {
    return 0;
  }
}

class DecoderBlock implements Block {
  readonly attn: Mixer;

  constructor(attn: Mixer) {
    this.attn = attn;
  }

  forward(h: Tensor, state?: State, at?: Sequences): { h: Tensor; state: State } {
    const { y, state: left } = this.attn.forward(h, state, at);
    return { h: y, state: left };
  }
}

/** What follows the blocks of an auto-encoder: `readout` of a configuration, and of a task. */
export const autoEncoder: MixerFamily<Record<never, never>> = {
  name,
  title: 'Auto-encoder',
  model_type: 'auto_encoder',
  architecture: 'AutoEncoder',
  role: 'linear',
  fields: {},
  create: (config, { init }) => new Decoder(config, init),
  block: (_, decoder) => new DecoderBlock(decoder),
};

/** [T,D]: sin(t w_i) for i below H = D/2 rounded down, then cos(t w_i), w_i = 10000^(-i / (H - 1)); an odd last one is 0. */
export function positionCodes(T: number, D: number): Float64Array {
  const half = D >> 1;
  const codes = new Float64Array(T * D);
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < half; i++) {
      const angle = t * 10000 ** (-i / (half - 1));
      codes[t * D + i] = Math.sin(angle);
      codes[t * D + half + i] = Math.cos(angle);
    }
  }
  return codes;
}
