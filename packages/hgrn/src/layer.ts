// HGRN as a layer: projections, gates above a bound that rises with the depth, and one decay per channel.
// B batch, T time, D width, E inner width, L layers.
import {
  convolve,
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
  type Sequences,
  ShortConv,
  type State,
  swiglu,
  type Values,
} from '@twilljs/nn';
import { elementwise } from '@twilljs/scan';
import { OptionError, type Tensor, zeros } from '@twilljs/tensor';
import type { fields } from './fields.ts';

/** The fields of a layer of HGRN, complete. */
export type HGRNConfig = Values<typeof fields> & ModelWidths;

/**
 * HGRN: h_t = f_t h_{t-1} + (1 - f_t) silu(i_t) per channel, with the forget gate f = gamma + (1 - gamma) sigmoid(f_proj x)
 * above a bound gamma that is learned and rises from layer to layer.
 *
 * @see Qin, Yang, Zhong 2023, https://arxiv.org/abs/2311.04823
 */
export class HGRN implements Mixer {
  readonly i_proj: Linear;
  readonly f_proj: Linear;
  readonly g_proj: Linear;
  readonly i_conv1d: ShortConv | null;
  readonly f_conv1d: ShortConv | null;
  readonly g_norm: RMSNorm;
  readonly o_proj: Linear;
  private readonly lower_bounds: Tensor | null; // [L,D]
  private readonly layer: number;
  private readonly width: number;

  constructor(config: HGRNConfig, context: LayerContext) {
    const { init, layer } = context;
    const { hidden_size: D, expand_ratio } = config;
    const E = Math.trunc(D * expand_ratio);
    if (E < 1) {
      throw new OptionError(`HGRN: hidden_size=${D} with expand_ratio=${expand_ratio} leaves no channel; enlarge one.`);
    }
    if (config.use_lower_bound && E !== D) {
      throw new OptionError(
        `HGRN: expand_ratio=${expand_ratio} makes ${E} channels of hidden_size=${D} but lower bounds have ${D}; set use_lower_bound to false or expand_ratio to 1.`,
      );
    }
    const linear = (name: string, inputs: number, outputs: number) => new Linear(inputs, outputs, init.fork(name));
    const conv = (name: string) =>
      config.use_short_conv ? new ShortConv(E, config.conv_size, null, init.fork(name)) : null;
    this.i_proj = linear('i_proj', D, E);
    this.f_proj = linear('f_proj', D, E);
    this.g_proj = linear('g_proj', D, E);
    this.i_conv1d = conv('i_conv1d');
    this.f_conv1d = conv('f_conv1d');
    this.g_norm = new RMSNorm(E, config.norm_eps, init.fork('g_norm'), { affine: config.elementwise_affine });
    this.o_proj = linear('o_proj', E, D);
    this.lower_bounds = config.use_lower_bound ? lowerBounds('HGRN', context) : null;
    this.layer = layer;
    this.width = E;
  }

  init(batch: number): State {
    const recurrent = zeros([batch, this.width], { device: this.o_proj.weight.device });
    return { recurrent, ...convStates(batch, this) };
  }

  forward(x: Tensor, state?: State, at?: Sequences): { y: Tensor; state: State } {
    const [ix, fx, gate] = projections(x, [this.i_proj, this.f_proj, this.g_proj]); // [B,T,E]
    const i = convolve('i_conv', ix, this.i_conv1d, null, state, at); //               [B,T,E]
    const f = convolve('f_conv', fx, this.f_conv1d, null, state, at); //               [B,T,E]
    const { log, complement } = forgetGate(f.y, this.lower_bounds, this.layer);
    const { y: o, state: recurrent } = elementwise(
      swiglu(i.y, complement), // [B,T,E]
      log,
      (state?.recurrent as Tensor | undefined) ?? null,
      at?.ranges,
    );
    const normed = this.g_norm.gated(o, gate);
    return { y: this.o_proj.forward(normed), state: { recurrent, ...i.state, ...f.state } };
  }

  stateSize(): number {
    return this.width + convStateSize(this);
  }

  /** Decay and write of one number per channel. */
  coreMacs(): number {
    return this.width;
  }
}
