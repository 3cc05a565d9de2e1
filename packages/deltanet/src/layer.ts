// DeltaNet as a layer: projections, short convolutions, feature activation and the delta rule.
// B batch, T time, H heads, K key size, V value size, D width.
import {
  convolveThree,
  convStateSize,
  convStates,
  headSizes,
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
import { ones, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of DeltaNet, complete. */
export type DeltaNetConfig = Values<typeof fields> & ModelWidths;

/** Activations of q and k that act after the split into heads; silu acts before it, inside the convolution if there is one. */
const activations: Record<DeltaNetConfig['qk_activation'], (x: Tensor) => Tensor> = {
  silu: (x) => x,
  identity: (x) => x,
  relu: (x) => x.relu(),
  /** elu(x) + 1 = relu(x) + e^{min(x, 0)}. */
  elu: (x) => x.relu().add(x.neg().relu().neg().exp()),
};

/**
 * DeltaNet: S_t = (I - beta_t k_t k_t') S_{t-1} + beta_t k_t v_t',  o_t = K^{-1/2} S_t' q_t.
 *
 * @see Yang, Wang, Zhang, Shen, Kim 2024, https://arxiv.org/abs/2406.06484
 */
export class DeltaNet implements Mixer {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly b_proj: Linear | null;
  readonly q_conv1d: ShortConv | null;
  readonly k_conv1d: ShortConv | null;
  readonly v_conv1d: ShortConv | null;
  readonly g_proj: Linear | null;
  readonly o_norm: RMSNorm;
  readonly o_proj: Linear;
  private readonly heads: number;
  private readonly keySize: number;
  private readonly valueSize: number;
  private readonly betaScale: number;
  private readonly qkActivation: DeltaNetConfig['qk_activation'];
  private readonly qkNorm: DeltaNetConfig['qk_norm'];

  constructor(config: DeltaNetConfig, { init }: LayerContext) {
    const { hidden_size: D, num_heads: H } = config;
    const { K, V } = headSizes('DeltaNet', config);
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const conv = (name: string, width: number, activation: 'silu' | null) =>
      config.use_short_conv ? new ShortConv(width, config.conv_size, activation, init.fork(name)) : null;
    const qkSilu = config.qk_activation === 'silu' ? 'silu' : null;
    this.q_proj = linear('q_proj', H * K);
    this.k_proj = linear('k_proj', H * K);
    this.v_proj = linear('v_proj', H * V);
    this.b_proj = config.use_beta ? linear('b_proj', H) : null;
    this.q_conv1d = conv('q_conv1d', H * K, qkSilu);
    this.k_conv1d = conv('k_conv1d', H * K, qkSilu);
    this.v_conv1d = conv('v_conv1d', H * V, 'silu');
    this.g_proj = config.use_gate ? linear('g_proj', H * V) : null;
    this.o_norm = new RMSNorm(V, config.norm_eps, init.fork('o_norm'));
    this.o_proj = new Linear(H * V, D, init.fork('o_proj'));
    this.heads = H;
    this.keySize = K;
    this.valueSize = V;
    this.betaScale = config.allow_neg_eigval ? 2 : 1;
    this.qkActivation = config.qk_activation;
    this.qkNorm = config.qk_norm;
  }

  init(batch: number): State {
    const device = this.o_proj.weight.device;
    const recurrent = zeros([batch, this.heads, this.keySize, this.valueSize], { device });
    return { recurrent, ...convStates(batch, this) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T] = x.shape;
    const qkSilu = this.qkActivation === 'silu' ? 'silu' : null;
    const layers = [this.q_proj, this.k_proj, this.v_proj, this.b_proj, this.g_proj] as const;
    const [qx, kx, vx, bx, gate] = projections(x, layers);
    const {
      ys: [q, k, v],
      states,
    } = convolveThree(
      [
        ['q_conv', qx, this.q_conv1d, qkSilu], //           [B,T,H*K]
        ['k_conv', kx, this.k_conv1d, qkSilu], //           [B,T,H*K]
        ['v_conv', vx, this.v_conv1d, 'silu'], //           [B,T,H*V]
      ],
      state,
      at,
    );
    const beta = bx?.sigmoid() ?? ones([B, T, this.heads], { device: x.device }); // [B,T,H]
    const keys = [B, T, this.heads, this.keySize];
    const { y: o, state: recurrent } = scalarDelta(
      ...this.features(q.reshape(keys), k.reshape(keys)),
      v.reshape([B, T, this.heads, this.valueSize]),
      null,
      beta.mul(this.betaScale),
      (state?.recurrent as Tensor | undefined) ?? null,
      { scale: this.keySize ** -0.5 },
      at?.ranges,
    );
    const y = readOut(o, gate, this.o_norm, this.o_proj);
    return { y, state: { recurrent, ...states } };
  }

  /** Activation and norm of q and k [B,T,H,K]. */
  private features(q: Tensor, k: Tensor): [Tensor, Tensor] {
    const active = activations[this.qkActivation];
    if (this.qkNorm === 'l2') return l2Norms(active(q), active(k));
    return [ofSum(active(q)), ofSum(active(k))];
  }

  stateSize(): number {
    return this.heads * this.keySize * this.valueSize + convStateSize(this);
  }

  /** Prediction, write and read of a [K,V] state per head. */
  coreMacs(): number {
    return 3 * this.heads * this.keySize * this.valueSize;
  }
}

/** x [B,T,H,K] divided by its sum over K without an eps, as FLA does; by 1 where it is 0. */
function ofSum(x: Tensor): Tensor {
  const sum = x.sum(-1, true); // [B,T,H,1]
  // Where no sequence is, all may be 0; NaN in a gradient there would not stay there.
  const isNone = ones(sum.shape, { device: x.device }).where(sum).neg().add(1);
  return x.div(sum.add(isNone));
}
