// Gated DeltaNet as a layer: projections, short convolutions, gates and the gated delta rule.
// B batch, T time, H heads, HV value heads, K key size, V value size, D width.
import {
  convolveThree,
  convStateSize,
  convStates,
  gdnGate,
  type LayerContext,
  Linear,
  l2Norms,
  type Mixer,
  type ModelWidths,
  projections,
  RMSNorm,
  readOut,
  type Sequences,
  ShortConv,
  type State,
  type Values,
} from '@twilljs/nn';
import { scalarDelta } from '@twilljs/scan';
import { exactExp, exactLog, OptionError, type Random, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of Gated DeltaNet, complete. */
export type GatedDeltaNetConfig = Values<typeof fields> & ModelWidths;

/** A in (0,16) decides how fast a head forgets; A_log is its logarithm. */
const drawALog = (random: Random, count: number) => random.uniform(count).map((u) => exactLog(16 * (u || 2 ** -53)));

/** dt log-uniform in [0.001, 0.1]; the bias is its inverse softplus. */
function drawDtBias(random: Random, count: number): Float64Array {
  const [low, high] = [exactLog(0.001), exactLog(0.1)];
  return random.uniform(count).map((u) => {
    const dt = Math.max(exactExp(u * (high - low) + low), 1e-4);
    return dt + exactLog(1 - exactExp(-dt));
  });
}

/**
 * Gated DeltaNet: S_t = e^{g_t} (I - beta_t k_t k_t') S_{t-1} + beta_t k_t v_t',  o_t = K^{-1/2} S_t' q_t, with the log decay
 * g_t = -exp(A_log) softplus(a_t + dt_bias) per value head.
 *
 * @see Yang, Kautz, Hatamizadeh 2024, Gated Delta Networks, https://arxiv.org/abs/2412.06464
 */
export class GatedDeltaNet implements Mixer {
  readonly A_log: Tensor;
  readonly dt_bias: Tensor;
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly a_proj: Linear;
  readonly b_proj: Linear;
  readonly q_conv1d: ShortConv | null;
  readonly k_conv1d: ShortConv | null;
  readonly v_conv1d: ShortConv | null;
  readonly g_proj: Linear | null;
  readonly o_norm: RMSNorm;
  readonly o_proj: Linear;
  private readonly heads: number;
  private readonly valueHeads: number;
  private readonly keySize: number;
  private readonly valueSize: number;
  private readonly betaScale: number;

  constructor(config: GatedDeltaNetConfig, { init }: LayerContext) {
    const { hidden_size: D, head_dim: K, num_heads: H, expand_v } = config;
    const HV = config.num_v_heads ?? H;
    const V = Math.trunc(K * expand_v);
    if (HV < H || HV % H !== 0) {
      throw new OptionError(
        `GatedDeltaNet: num_v_heads=${HV} is no multiple of num_heads=${H}; choose ${H}, ${2 * H}, ${4 * H}, ...`,
      );
    }
    if (V < 1)
      throw new OptionError(
        `GatedDeltaNet: head_dim=${K} with expand_v=${expand_v} leaves no value size; enlarge one.`,
      );
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const conv = (name: string, width: number) =>
      config.use_short_conv ? new ShortConv(width, config.conv_size, 'silu', init.fork(name)) : null;
    this.A_log = init.fork('A_log').make([HV], drawALog);
    this.dt_bias = init.fork('dt_bias').make([HV], drawDtBias);
    this.q_proj = linear('q_proj', H * K);
    this.k_proj = linear('k_proj', H * K);
    this.v_proj = linear('v_proj', HV * V);
    this.a_proj = linear('a_proj', HV);
    this.b_proj = linear('b_proj', HV);
    this.q_conv1d = conv('q_conv1d', H * K);
    this.k_conv1d = conv('k_conv1d', H * K);
    this.v_conv1d = conv('v_conv1d', HV * V);
    this.g_proj = config.use_gate ? linear('g_proj', HV * V) : null;
    this.o_norm = new RMSNorm(V, config.norm_eps, init.fork('o_norm'));
    this.o_proj = new Linear(HV * V, D, init.fork('o_proj'));
    this.heads = H;
    this.valueHeads = HV;
    this.keySize = K;
    this.valueSize = V;
    this.betaScale = config.allow_neg_eigval ? 2 : 1;
  }

  init(batch: number): State {
    const recurrent = zeros([batch, this.valueHeads, this.keySize, this.valueSize], { device: this.A_log.device });
    return { recurrent, ...convStates(batch, this) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T] = x.shape;
    const layers = [this.q_proj, this.k_proj, this.v_proj, this.a_proj, this.b_proj, this.g_proj] as const;
    const [qx, kx, vx, ax, bx, gate] = projections(x, layers);
    const {
      ys: [q, k, v],
      states,
    } = convolveThree(
      [
        ['q_conv', qx, this.q_conv1d, 'silu'], // [B,T,H*K]
        ['k_conv', kx, this.k_conv1d, 'silu'], // [B,T,H*K]
        ['v_conv', vx, this.v_conv1d, 'silu'], // [B,T,HV*V]
      ],
      state,
      at,
    );
    const { g, beta } = gdnGate(ax, this.A_log, this.dt_bias, bx, { scale: this.betaScale }); // [B,T,HV]
    const keys = [B, T, this.heads, this.keySize];
    const { y: o, state: recurrent } = scalarDelta(
      ...l2Norms(q.reshape(keys), k.reshape(keys)),
      v.reshape([B, T, this.valueHeads, this.valueSize]),
      g,
      beta,
      (state?.recurrent as Tensor | undefined) ?? null,
      { scale: this.keySize ** -0.5 },
      at?.ranges,
    );
    const y = readOut(o, gate, this.o_norm, this.o_proj);
    return { y, state: { recurrent, ...states } };
  }

  stateSize(): number {
    return this.valueHeads * this.keySize * this.valueSize + convStateSize(this);
  }

  /** Prediction, write and read of a [K,V] state per value head. */
  coreMacs(): number {
    return 3 * this.valueHeads * this.keySize * this.valueSize;
  }
}
