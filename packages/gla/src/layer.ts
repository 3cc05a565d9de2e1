// GLA as a layer: projections, a low-rank gate per key channel and the recurrence that it drives.
// B batch, T time, H heads, K key size, V value size, D width.
import {
  convStateSize,
  convStates,
  type LayerContext,
  Linear,
  logSigmoid,
  type Mixer,
  type ModelWidths,
  project,
  RMSNorm,
  requireDivides,
  ShortConv,
  type State,
  silu,
  type Values,
} from '@twilljs/nn';
import { shareHeads, vectorDecay } from '@twilljs/scan';
import { full, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './config.ts';

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
  readonly o_proj: Linear;
  /** The output norm, under the name that FLA gives it where norm and gate are one kernel, else under the other. */
  readonly g_norm_swish_gate: RMSNorm | null;
  readonly g_norm: RMSNorm | null;
  private readonly heads: number;
  private readonly kvHeads: number;
  private readonly keySize: number;
  private readonly valueSize: number;
  private readonly clampMin: number | null;
  private readonly featureMap: GLAConfig['feature_map'];

  constructor(config: GLAConfig, { init }: LayerContext) {
    const { hidden_size: D, num_heads: H } = config;
    const kvHeads = config.num_kv_heads ?? H;
    const keyWidth = Math.trunc(D * config.expand_k);
    const valueWidth = Math.trunc(D * config.expand_v);
    requireDivides('GLA', 'num_heads', H, 'hidden_size * expand_k', keyWidth);
    requireDivides('GLA', 'num_heads', H, 'hidden_size * expand_v', valueWidth);
    requireDivides('GLA', 'num_kv_heads', kvHeads, 'num_heads', H);
    const [K, V] = [keyWidth / H, valueWidth / H];
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const conv = (name: string, width: number) =>
      config.use_short_conv ? new ShortConv(width, config.conv_size, 'silu', init.fork(name)) : null;
    const norm = (name: string, here: boolean) =>
      here ? new RMSNorm(V, config.norm_eps, init.fork(name), { affine: config.elementwise_affine }) : null;
    const gate = init.fork('gk_proj');
    const fused = config.fuse_norm && config.use_output_gate;
    this.q_proj = linear('q_proj', keyWidth);
    this.k_proj = linear('k_proj', kvHeads * K);
    this.v_proj = linear('v_proj', kvHeads * V);
    this.g_proj = config.use_output_gate ? linear('g_proj', valueWidth) : null;
    this.q_conv1d = conv('q_conv1d', keyWidth);
    this.k_conv1d = conv('k_conv1d', kvHeads * K);
    this.v_conv1d = conv('v_conv1d', kvHeads * V);
    this.gk_proj = [
      new Linear(D, GATE_RANK, gate.fork(0)),
      new Linear(GATE_RANK, kvHeads * K, gate.fork(1), { bias: true }),
    ];
    this.o_proj = new Linear(valueWidth, D, init.fork('o_proj'));
    this.g_norm_swish_gate = norm('g_norm_swish_gate', fused);
    this.g_norm = norm('g_norm', !fused);
    this.heads = H;
    this.kvHeads = kvHeads;
    this.keySize = K;
    this.valueSize = V;
    this.clampMin = config.clamp_min;
    this.featureMap = config.feature_map;
  }

  init(batch: number): State {
    const device = this.o_proj.weight.device;
    const recurrent = zeros([batch, this.heads, this.keySize, this.valueSize], { device });
    return { recurrent, ...convStates(batch, this.convs()) };
  }

  forward(x: Tensor, state?: State): { y: Tensor; state: State } {
    const [B, T] = x.shape;
    const activation = this.q_conv1d ? 'silu' : null;
    const q = project('q_conv', this.q_proj, this.q_conv1d, activation, x, state); // [B,T,H*K]
    const k = project('k_conv', this.k_proj, this.k_conv1d, activation, x, state); // [B,T,H*K], as v of the key and value heads
    const v = project('v_conv', this.v_proj, this.v_conv1d, activation, x, state); // [B,T,H*V]
    const shared = (t: Tensor, size: number) => shareHeads(t.reshape([B, T, this.kvHeads, size]), this.heads);
    const { y: o, state: recurrent } = vectorDecay(
      this.features(q.y.reshape([B, T, this.heads, this.keySize])),
      shared(this.features(k.y), this.keySize),
      shared(v.y, this.valueSize),
      shared(this.gates(x), this.keySize),
      (state?.recurrent as Tensor | undefined) ?? null,
      { scale: this.keySize ** -0.5 },
    );
    const gate = this.g_proj?.forward(x).reshape(o.shape); // [B,T,H,V]
    const norm = (this.g_norm_swish_gate ?? this.g_norm)!;
    const normed = gate ? norm.gated(o, gate) : norm.forward(o);
    return {
      y: this.o_proj.forward(normed.reshape([B, T, this.heads * this.valueSize])),
      state: { recurrent, ...q.state, ...k.state, ...v.state },
    };
  }

  /** Log decays of the key and value heads' channels [B,T,H*K]. */
  private gates(x: Tensor): Tensor {
    const [down, up] = this.gk_proj;
    const g = logSigmoid(up.forward(down.forward(x))).mul(1 / GATE_NORMALIZER);
    return this.clampMin === null ? g : g.maximum(full([1], this.clampMin, { device: x.device }));
  }

  private features(x: Tensor): Tensor {
    return this.featureMap === null ? x : featureMaps[this.featureMap](x);
  }

  private convs(): Record<string, ShortConv | null> {
    return { q_conv: this.q_conv1d, k_conv: this.k_conv1d, v_conv: this.v_conv1d };
  }

  stateSize(): number {
    return this.heads * this.keySize * this.valueSize + convStateSize(Object.values(this.convs()));
  }

  /** Write and read of a [K,V] state per head. */
  coreMacs(): number {
    return 2 * this.heads * this.keySize * this.valueSize;
  }
}
