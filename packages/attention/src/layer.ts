// Softmax attention as a layer: projections, rotary positions, grouped queries and the key/value cache.
// B batch, T time, S keys, H heads, HKV key/value heads, D head size.
import {
  type InPlaceState,
  type LayerContext,
  Linear,
  type Mixer,
  type ModelWidths,
  positionAfter,
  projections,
  RMSNorm,
  type RotaryTables,
  requireDivides,
  rotary,
  rotaryAfter,
  type State,
  type Values,
} from '@twilljs/nn';
import { concat, OptionError, Tensor, zeros } from '@twilljs/tensor';
import { appendInPlace } from './append-in-place/op.ts';
import { cachedAttention } from './cached-attention/op.ts';
import type { fields } from './fields.ts';
import { scaledDotProductAttention } from './op.ts';

export type AttentionConfig = Values<typeof fields> & ModelWidths;

/** FLA fixes the eps of the q and k norms, whatever the model's norm_eps is. */
const QK_NORM_EPS = 1e-5;

/**
 * Causal softmax attention with rotary positions: o_t = sum_s softmax_s(D^{-1/2} q_t' k_s) v_s.
 *
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; Su et al. 2021 (RoPE), https://arxiv.org/abs/2104.09864
 */
export class Attention implements Mixer {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_norm: RMSNorm | null;
  readonly k_norm: RMSNorm | null;
  readonly o_proj: Linear;
  private readonly heads: number;
  private readonly kvHeads: number;
  private readonly headSize: number;
  private readonly window: number | null;
  private readonly scale: number;
  readonly inPlace: Required<InPlaceState>;

  constructor(config: AttentionConfig, { init }: LayerContext) {
    const { hidden_size: width, num_heads: H } = config;
    const HKV = config.num_kv_heads ?? H;
    requireDivides('Attention', 'num_heads', H, 'hidden_size', width);
    requireDivides('Attention', 'num_kv_heads', HKV, 'num_heads', H);
    const D = width / H;
    if (D % 2 !== 0) {
      throw new OptionError(
        `Attention: hidden_size=${width} and num_heads=${H} give heads of ${D}, an odd size that RoPE cannot pair; choose other heads.`,
      );
    }
    const bias = config.qkv_bias;
    this.q_proj = new Linear(width, width, init.fork('q_proj'), { bias });
    this.k_proj = new Linear(width, HKV * D, init.fork('k_proj'), { bias });
    this.v_proj = new Linear(width, HKV * D, init.fork('v_proj'), { bias });
    this.q_norm = config.qk_norm ? new RMSNorm(D, QK_NORM_EPS, init.fork('q_norm')) : null;
    this.k_norm = config.qk_norm ? new RMSNorm(D, QK_NORM_EPS, init.fork('k_norm')) : null;
    this.o_proj = new Linear(width, width, init.fork('o_proj'));
    this.heads = H;
    this.kvHeads = HKV;
    this.headSize = D;
    this.window = config.window_size;
    this.scale = D ** -0.5;
    this.inPlace = { rotary: { size: D, base: config.rope_theta } };
  }

  /** No keys yet. `position` counts the tokens seen, also those that a window has dropped. */
  init(batch: number): State {
    const none = () => zeros([batch, 0, this.kvHeads, this.headSize], { device: this.o_proj.weight.device });
    return { k: none(), v: none(), position: 0 };
  }

  forward(x: Tensor, state?: State): { y: Tensor; state: State } {
    const [B, T, width] = x.shape;
    const D = this.headSize;
    const tables = rotaryAfter(state, T, this.inPlace.rotary, x.device); //        [T,D/2]
    const [qx, kx, vx] = projections(x, [this.q_proj, this.k_proj, this.v_proj]);
    const q = turned(qx.reshape([B, T, this.heads, D]), this.q_norm, tables); //   [B,T,H,D]
    const k = turned(kx.reshape([B, T, this.kvHeads, D]), this.k_norm, tables); // [B,T,HKV,D]
    const v = vx.reshape([B, T, this.kvHeads, D]); //                              [B,T,HKV,D]
    const seen = state?.position instanceof Tensor ? this.inRings(q, k, v, state) : this.byValue(q, k, v, state);
    const y = this.o_proj.forward(seen.o.reshape([B, T, width]));
    return { y, state: { k: seen.k, v: seen.v, position: positionAfter(state, T) } };
  }

  private byValue(q: Tensor, kNew: Tensor, vNew: Tensor, state: State | undefined): Seen {
    const k = state ? concat([state.k as Tensor, kNew], 1) : kNew; // [B,S,HKV,D]
    const v = state ? concat([state.v as Tensor, vNew], 1) : vNew; // [B,S,HKV,D]
    const o = scaledDotProductAttention(q, k, v, { scale: this.scale, window: this.window });
    return { o, k: this.remembered(k), v: this.remembered(v) };
  }

  /** A ring has no more rows than the window, so that all it holds is seen. */
  private inRings(q: Tensor, kNew: Tensor, vNew: Tensor, state: State): Seen {
    const position = state.position as Tensor;
    const k = appendInPlace(state.k as Tensor, kNew, position); // [B,C,HKV,D]
    const v = appendInPlace(state.v as Tensor, vNew, position); // [B,C,HKV,D]
    return { o: cachedAttention(q, k, v, position, { scale: this.scale }), k, v };
  }

  /** The keys or values that later queries can still see. */
  private remembered(x: Tensor): Tensor {
    const S = x.shape[1];
    return this.window === null || S <= this.window ? x : x.slice(1, S - this.window, S);
  }

  stateSize(tokens: number): number {
    return 2 * Math.min(tokens, this.window ?? tokens) * this.kvHeads * this.headSize;
  }

  /** Scores and weighted values over the keys that a query sees, on average. */
  coreMacs(tokens: number): number {
    const window = Math.min(this.window ?? tokens, tokens);
    const seen = (window * (window + 1)) / 2 + (tokens - window) * window;
    return (2 * this.heads * this.headSize * seen) / tokens;
  }
}

/** What the queries saw [B,T,H,D], and what is remembered. */
interface Seen {
  readonly o: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

/** Norm per head if there is one, then rotation by position. */
function turned(x: Tensor, norm: RMSNorm | null, tables: RotaryTables): Tensor {
  return rotary(norm ? norm.forward(x) : x, tables);
}
