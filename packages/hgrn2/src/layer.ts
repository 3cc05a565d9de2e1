// HGRN2 as a layer: projections, forget gates above shared lower bounds, and the recurrence that they drive.
// B batch, T time, H heads, K key size, V value size, D width.
import {
  convolveThree,
  convStateSize,
  convStates,
  forgetGate,
  type LayerContext,
  Linear,
  lowerBounds,
  type Mixer,
  type ModelWidths,
  projections,
  RMSNorm,
  requireDivides,
  type Sequences,
  ShortConv,
  type State,
  type Values,
} from '@twilljs/nn';
import { vectorDecay } from '@twilljs/scan';
import { OptionError, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of HGRN2, complete. */
export type HGRN2Config = Values<typeof fields> & ModelWidths;

/** FLA never hands `norm_eps` to the output norm. */
const NORM_EPS = 1e-5;

/**
 * HGRN2: S_t = Diag(f_t) S_{t-1} + (1 - f_t) i_t',  o_t = K^{-1/2} S_t' q_t: what a channel forgets makes room for the input.
 *
 * @see Qin, Yang, Sun, Shen, Li, Sun, Zhong 2024, https://arxiv.org/abs/2404.07904
 */
export class HGRN2 implements Mixer {
  readonly q_proj: Linear;
  readonly f_proj: Linear;
  readonly i_proj: Linear;
  readonly q_conv1d: ShortConv | null;
  readonly f_conv1d: ShortConv | null;
  readonly i_conv1d: ShortConv | null;
  readonly g_norm: RMSNorm;
  readonly o_proj: Linear;
  private readonly lower_bounds: Tensor | null; // [L,D]
  private readonly layer: number;
  private readonly heads: number;
  private readonly keySize: number;
  private readonly valueSize: number;

  constructor(config: HGRN2Config, context: LayerContext) {
    const { init, layer } = context;
    const { hidden_size: D } = config;
    const { H, K } = headsOf(config);
    const linear = (name: string, outputs: number) => new Linear(D, outputs, init.fork(name));
    const conv = (name: string, width: number, activation: 'silu' | null) =>
      config.use_short_conv ? new ShortConv(width, config.conv_size, activation, init.fork(name)) : null;
    this.q_proj = linear('q_proj', H * K);
    this.f_proj = linear('f_proj', H * K);
    this.i_proj = linear('i_proj', D);
    this.q_conv1d = conv('q_conv1d', H * K, 'silu');
    this.f_conv1d = conv('f_conv1d', H * K, null);
    this.i_conv1d = conv('i_conv1d', D, null);
    this.g_norm = new RMSNorm(D, NORM_EPS, init.fork('g_norm'), { affine: config.elementwise_affine });
    this.o_proj = linear('o_proj', D);
    this.lower_bounds = config.use_lower_bound ? lowerBounds('HGRN2', context) : null;
    this.layer = layer;
    this.heads = H;
    this.keySize = K;
    this.valueSize = D / H;
  }

  init(batch: number): State {
    const device = this.o_proj.weight.device;
    const recurrent = zeros([batch, this.heads, this.keySize, this.valueSize], { device });
    return { recurrent, ...convStates(batch, this) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [B, T, D] = x.shape;
    const [qx, fx, ix] = projections(x, [this.q_proj, this.f_proj, this.i_proj]);
    const {
      ys: [q, f, i],
      states,
    } = convolveThree(
      [
        ['q_conv', qx, this.q_conv1d, 'silu'], // [B,T,H*K]
        ['f_conv', fx, this.f_conv1d, null], //   [B,T,H*K]
        ['i_conv', ix, this.i_conv1d, null], //   [B,T,H*V]
      ],
      state,
      at,
    );
    const { log, complement } = forgetGate(f, this.lower_bounds, this.layer);
    const keys = [B, T, this.heads, this.keySize];
    const { y: o, state: recurrent } = vectorDecay(
      q.reshape(keys),
      complement.reshape(keys),
      i.reshape([B, T, this.heads, this.valueSize]),
      log.reshape(keys),
      (state?.recurrent as Tensor | undefined) ?? null,
      { scale: this.keySize ** -0.5 },
      at?.ranges,
    );
    return {
      y: this.o_proj.forward(this.g_norm.forward(o.reshape([B, T, D]))),
      state: { recurrent, ...states },
    };
  }

  stateSize(): number {
    return this.heads * this.keySize * this.valueSize + convStateSize(this);
  }

  /** Write and read of a [K,V] state per head. */
  coreMacs(): number {
    return 2 * this.heads * this.keySize * this.valueSize;
  }
}

/** Heads and their key size: `expand_ratio` decides where it is given, as in FLA. */
function headsOf({ hidden_size: D, expand_ratio, num_heads, use_lower_bound }: HGRN2Config): { H: number; K: number } {
  if (expand_ratio === null) {
    if (num_heads === null) {
      throw new OptionError('HGRN2: expand_ratio and num_heads are both null; give one of them.');
    }
    requireDivides('HGRN2', 'num_heads', num_heads, 'hidden_size', D);
    return { H: num_heads, K: D / num_heads };
  }
  const H = Math.floor(D / expand_ratio);
  if (H === 0 || D % H !== 0 || (use_lower_bound && H * expand_ratio !== D)) {
    throw new OptionError(
      `HGRN2: expand_ratio=${expand_ratio} makes ${H} heads that do not fill hidden_size=${D}; choose a divisor of ${D}.`,
    );
  }
  return { H, K: expand_ratio };
}
