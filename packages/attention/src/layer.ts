// Softmax attention as a layer: projections, rotary positions, grouped queries and the key/value cache.
// B batch, T time, S keys, H heads, HKV key/value heads, D head size.
import {
  type LayerContext,
  Linear,
  type Mixer,
  type ModelWidths,
  projections,
  RMSNorm,
  type Rotary,
  requireDivides,
  rotaries,
  rotaryOf,
  type Sequences,
  type State,
  type Values,
} from '@twilljs/nn';
import { OptionError, type Tensor, zeros } from '@twilljs/tensor';
import { append } from './append/op.ts';
import type { fields } from './fields.ts';
import { scaledDotProductAttention } from './op.ts';

/** The fields of a layer of attention, complete. */
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
  readonly rotary: Rotary;

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
    this.rotary = { size: D, base: config.rope_theta };
  }

  /** Rings of keys and values, without rows yet. */
  init(batch: number): State {
    const none = () => zeros([batch, 0, this.kvHeads, this.headSize], { device: this.o_proj.weight.device });
    return { k: none(), v: none() };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T, width] = x.shape;
    const D = this.headSize;
    const ranges = at?.ranges ?? null;
    const tables = rotaryOf(this.rotary, x, state, at); //                         [T,D/2] or [B,T,D/2]
    const [qx, kx, vx] = projections(x, [this.q_proj, this.k_proj, this.v_proj]);
    const qs = qx.reshape([B, T, this.heads, D]);
    const ks = kx.reshape([B, T, this.kvHeads, D]);
    const [q, k] = rotaries(this.q_norm?.forward(qs) ?? qs, this.k_norm?.forward(ks) ?? ks, tables); // [B,T,H,D], [B,T,HKV,D]
    const v = vx.reshape([B, T, this.kvHeads, D]); //                              [B,T,HKV,D]
    const past = state && state.k.shape[1] > 0 ? { k: state.k, v: state.v, position: at!.position! } : null;
    const attrs = { scale: this.scale, window: this.window };
    const o = scaledDotProductAttention(q, k, v, attrs, past, ranges); //          [B,T,H,D]
    const y = this.o_proj.forward(o.reshape([B, T, width]));
    // After attention, so that in a recording the rows that it read are written over where they are.
    return { y, state: { k: this.kept(k, state?.k, at), v: this.kept(v, state?.v, at) } };
  }

  /** The ring [n,C,HKV,D] after x [B,T,HKV,D]: no more than later queries can see. */
  private kept(x: Tensor, ring?: Tensor, at?: Sequences): Tensor {
    const [B, T, ...rest] = x.shape;
    const { device } = x;
    const rows = Math.min(this.window ?? Number.POSITIVE_INFINITY, at?.capacity ?? T);
    if (!at && rows === T) return x;
    const n = at?.ranges?.shape[0] ?? B;
    const before = ring ?? zeros([n, 0, ...rest], { device });
    const held = before.shape[1];
    const room = held < rows ? before.pad(1, 0, rows - held) : before;
    if (rows === 0) return room;
    return append(room, x, at?.position ?? zeros([n], { device, dtype: 'i32' }), at?.ranges);
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
