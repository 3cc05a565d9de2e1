// GLA as a layer: projections, a low-rank gate per key channel and the recurrence that it drives.
// B batch, T time, H heads, HKV key and value heads, K key size, V value size, D width.
import {
  convolveThree,
  convStateSize,
  convStates,
  headSizes,
  type LayerContext,
  Linear,
  logSigmoid,
  type Mixer,
  type ModelWidths,
  projections,
  RMSNorm,
  readOut,
  requireDivides,
  type Sequences,
  ShortConv,
  type State,
  silu,
  type Values,
} from '@twilljs/nn';
import { shareHeads, vectorDecay } from '@twilljs/scan';
import { full, OptionError, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of GLA, complete. */
export type GLAConfig = Values<typeof fields> & ModelWidths;

/** Width between the two projections of the gate, and what its logarithm is divided by: FLA's configurations do not set them. */
const GATE_RANK = 16;
const GATE_NORMALIZER = 16;

/** Feature maps of q and k: the table of FLA, whose `gelu` is the tanh form with this constant. */
const featureMaps: Record<NonNullable<GLAConfig['feature_map']>, (x: Tensor) => Tensor> = {
  relu: (x) => x.relu(),
  sigmoid: (x) => x.sigmoid(),
  logsigmoid: logSigmoid,
  silu,
  swish: silu,
  sqrelu: (x) => x.relu().mul(x.relu()),
  gelu: (x) => x.mul(0.5).mul(x.mul(x).mul(0.044715).add(1).mul(x).mul(0.79788456).tanh().add(1)),
};

/**
 * Gated linear attention: S_t = Diag(alpha_t) S_{t-1} + k_t v_t',  o_t = K^{-1/2} S_t' q_t, with log alpha = logsigmoid(W_2 W_1 x + b) / 16.
 *
 * @see Yang, Wang, Shen, Panda, Kim 2023, https://arxiv.org/abs/2312.06635
 */
export class GLA implements Mixer {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly g_proj: Linear | null;
  readonly q_conv1d: ShortConv | null;
  readonly k_conv1d: ShortConv | null;
  readonly v_conv1d: ShortConv | null;
  readonly gk_proj: readonly [Linear, Linear];
  /** The same norm under two names, as FLA stores it: with its fused kernel, and without. */
  readonly g_norm_swish_gate: RMSNorm | null;
  readonly g_norm: RMSNorm | null;
  readonly o_proj: Linear;
  private readonly heads: number;
  private readonly keySize: number;
  private readonly valueSize: number;
  private readonly kvHeads: number;
  private readonly clampMin: number | null;
  private readonly featureMap: (x: Tensor) => Tensor;

  constructor(config: GLAConfig, { init }: LayerContext) {
    const { hidden_size: D, num_heads: H, feature_map } = config;
    const HKV = config.num_kv_heads ?? H;
    const { K, V } = headSizes('GLA', config);
    requireDivides('GLA', 'num_kv_heads', HKV, 'num_heads', H);
    if (K === 0 || V === 0) {
      throw new OptionError(
        `GLA: hidden_size=${D} with num_heads=${H} gives heads of K=${K} and V=${V} where both are needed; enlarge one.`,
      );
    }
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const conv = (name: string, width: number) =>
      config.use_short_conv ? new ShortConv(width, config.conv_size, 'silu', init.fork(name)) : null;
    const norm = (name: string) =>
      new RMSNorm(V, config.norm_eps, init.fork(name), { affine: config.elementwise_affine });
    const gate = init.fork('gk_proj');
    const fused = (config.fuse_norm ?? true) && config.use_output_gate;
    this.q_proj = linear('q_proj', H * K);
    this.k_proj = linear('k_proj', HKV * K);
    this.v_proj = linear('v_proj', HKV * V);
    this.g_proj = config.use_output_gate ? linear('g_proj', H * V) : null;
    this.q_conv1d = conv('q_conv1d', H * K);
    this.k_conv1d = conv('k_conv1d', HKV * K);
    this.v_conv1d = conv('v_conv1d', HKV * V);
    this.gk_proj = [
      new Linear(D, GATE_RANK, gate.fork(0)),
      new Linear(GATE_RANK, HKV * K, gate.fork(1), { bias: true }),
    ];
    this.g_norm_swish_gate = fused ? norm('g_norm_swish_gate') : null;
    this.g_norm = fused ? null : norm('g_norm');
    this.o_proj = new Linear(H * V, D, init.fork('o_proj'));
    this.heads = H;
    this.keySize = K;
    this.valueSize = V;
    this.kvHeads = HKV;
    this.clampMin = config.clamp_min;
    this.featureMap = feature_map === null ? (x) => x : featureMaps[feature_map];
  }

  init(batch: number): State {
    const device = this.o_proj.weight.device;
    const recurrent = zeros([batch, this.heads, this.keySize, this.valueSize], { device });
    return { recurrent, ...convStates(batch, this) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T] = x.shape;
    const [H, HKV, K, V] = [this.heads, this.kvHeads, this.keySize, this.valueSize];
    const [down, up] = this.gk_proj;
    const layers = [this.q_proj, this.k_proj, this.v_proj, down, this.g_proj] as const;
    const [qx, kx, vx, low, gate] = projections(x, layers);
    const {
      ys: [q, k, v],
      states,
    } = convolveThree(
      [
        ['q_conv', qx, this.q_conv1d, null], // [B,T,H*K]
        ['k_conv', kx, this.k_conv1d, null], // [B,T,HKV*K]
        ['v_conv', vx, this.v_conv1d, null], // [B,T,HKV*V]
      ],
      state,
      at,
    );
    const { y: o, state: recurrent } = vectorDecay(
      this.featureMap(q).reshape([B, T, H, K]),
      shareHeads(this.featureMap(k).reshape([B, T, HKV, K]), H),
      shareHeads(v.reshape([B, T, HKV, V]), H),
      shareHeads(this.decays(up.forward(low)).reshape([B, T, HKV, K]), H),
      (state?.recurrent as Tensor | undefined) ?? null,
      { scale: K ** -0.5 },
      at?.ranges,
    );
    const norm = (this.g_norm_swish_gate ?? this.g_norm)!;
    const y = readOut(o, gate, norm, this.o_proj);
    return { y, state: { recurrent, ...states } };
  }

  /** Log decays of gates [B,T,HKV*K]. */
  private decays(gates: Tensor): Tensor {
    const g = logSigmoid(gates).mul(1 / GATE_NORMALIZER);
    return this.clampMin === null ? g : g.maximum(full([1], this.clampMin, { device: g.device }));
  }

  stateSize(): number {
    return this.heads * this.keySize * this.valueSize + convStateSize(this);
  }

  /** Write and read of a [K,V] state per head. */
  coreMacs(): number {
    return 2 * this.heads * this.keySize * this.valueSize;
  }
}
