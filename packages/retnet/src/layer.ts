// RetNet as a layer: projections, rotary positions and a fixed decay per head.
// B batch, T time, H heads, HKV key and value heads, K key size, V value size, D width.
import {
  headSizes,
  type LayerContext,
  Linear,
  type Mixer,
  type ModelWidths,
  projections,
  RMSNorm,
  type Rotary,
  readOut,
  requireDivides,
  rotaries,
  rotaryOf,
  type Sequences,
  type State,
  transformersActivations,
  type Values,
} from '@twilljs/nn';
import { scalarDecay, shareHeads } from '@twilljs/scan';
import { exactLog, OptionError, type Tensor, tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of RetNet, complete. */
export type RetNetConfig = Values<typeof fields> & ModelWidths;

/** FLA fixes the base of the rotary positions. */
const ROPE_BASE = 10000;

/** log(1 - 2^(-5-h)) of head h, however many heads there are. */
const logDecays = (heads: number): Float64Array =>
  Float64Array.from({ length: heads }, (_, h) => exactLog(1 - 2 ** (-5 - h)));

/**
 * Multi-scale retention: S_t = (1 - 2^(-5-h)) S_{t-1} + k_t v_t',  o_t = K^{-1/2} S_t' q_t in head h, with rotary q and k.
 *
 * @see Sun, Dong, Huang, Ma, Xia, Xue, Wang, Wei 2023, https://arxiv.org/abs/2307.08621
 */
export class RetNet implements Mixer {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly g_proj: Linear | null;
  /** The same norm under two names, as FLA stores it: with its fused kernel, and without. */
  readonly g_norm_swish_gate: RMSNorm | null;
  readonly g_norm: RMSNorm | null;
  readonly o_proj: Linear;
  private readonly heads: number;
  private readonly keySize: number;
  private readonly valueSize: number;
  private readonly kvHeads: number;
  private readonly featureMap: (x: Tensor) => Tensor;
  readonly rotary: Rotary;

  constructor(config: RetNetConfig, { init }: LayerContext) {
    const { hidden_size: D, num_heads: H, feature_map } = config;
    const HKV = config.num_kv_heads ?? H;
    const { K, V } = headSizes('RetNet', config);
    requireDivides('RetNet', 'num_kv_heads', HKV, 'num_heads', H);
    if (K % 2 !== 0 || K === 0 || V === 0) {
      throw new OptionError(
        `RetNet: hidden_size=${D} with num_heads=${H} gives heads of K=${K} and V=${V} but RoPE turns pairs of keys; choose other heads.`,
      );
    }
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const norm = (name: string) =>
      new RMSNorm(V, config.norm_eps, init.fork(name), { affine: config.elementwise_affine });
    const fused = (config.fuse_norm ?? true) && config.use_output_gate;
    this.q_proj = linear('q_proj', H * K);
    this.k_proj = linear('k_proj', HKV * K);
    this.v_proj = linear('v_proj', HKV * V);
    this.g_proj = config.use_output_gate ? linear('g_proj', H * V) : null;
    this.g_norm_swish_gate = fused ? norm('g_norm_swish_gate') : null;
    this.g_norm = fused ? null : norm('g_norm');
    this.o_proj = new Linear(H * V, D, init.fork('o_proj'));
    this.heads = H;
    this.keySize = K;
    this.valueSize = V;
    this.kvHeads = HKV;
    this.rotary = { size: K, base: ROPE_BASE };
    this.featureMap = feature_map === null ? (x) => x : transformersActivations[feature_map];
  }

  init(batch: number): State {
    const { device } = this.o_proj.weight;
    return { recurrent: zeros([batch, this.heads, this.keySize, this.valueSize], { device }) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T] = x.shape;
    const [H, HKV, K, V] = [this.heads, this.kvHeads, this.keySize, this.valueSize];
    const tables = rotaryOf(this.rotary, x, state, at); //          [T,K/2] or [B,T,K/2]
    const [qx, kx, vx, gate] = projections(x, [this.q_proj, this.k_proj, this.v_proj, this.g_proj]);
    const [q, k] = rotaries(
      this.featureMap(qx).reshape([B, T, H, K]),
      this.featureMap(kx).reshape([B, T, HKV, K]),
      tables,
      false,
      at?.ranges,
    );
    const { y: o, state: recurrent } = scalarDecay(
      q,
      shareHeads(k, H),
      shareHeads(vx.reshape([B, T, HKV, V]), H),
      tensor(logDecays(H), [H], { device: x.device }),
      state?.recurrent ?? null,
      { scale: K ** -0.5 },
      at?.ranges,
    );
    const norm = (this.g_norm_swish_gate ?? this.g_norm)!;
    const y = readOut(o, gate, norm, this.o_proj);
    return { y, state: { recurrent } };
  }

  stateSize(): number {
    return this.heads * this.keySize * this.valueSize;
  }

  /** Write and read of a [K,V] state per head. */
  coreMacs(): number {
    return 2 * this.heads * this.keySize * this.valueSize;
  }
}
