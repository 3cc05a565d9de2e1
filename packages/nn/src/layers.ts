// The layers that models are made of. Field names are FLA's, so that a path is a state-dict key.
import { flag, knownOnly, oneOf, type Tensor, whole } from '@twilljs/tensor';
import { constant, type Initializer, normal, requireInitializer } from './initializer.ts';
import { isPlain, Linear, outputsOf, projections, weightsOf } from './linear/layer.ts';
import {
  addRmsNorm,
  addRmsNormLinears,
  embedding,
  gatedRmsNorm,
  rmsNorm,
  shortConv,
  swiglu,
  swigluLinear,
} from './ops.ts';
import { requireEps } from './shape-rules.ts';

/** Rows of a table by id. */
export class Embedding {
  readonly weight: Tensor;

  /** @throws OptionError for sizes that are no whole numbers from 1. */
  constructor(rows: number, width: number, init: Initializer) {
    whole('Embedding: the number of rows', rows, 1);
    whole('Embedding: the width', width, 1);
    requireInitializer('Embedding', init);
    this.weight = normal(init.fork('weight'), [rows, width]);
  }

  /** @param ids i32 [..] @returns [..,D] */
  forward(ids: Tensor): Tensor {
    return embedding(this.weight, ids);
  }
}

/** y = w x / sqrt(mean(x^2) + eps) over the last axis; without `affine` there is no w. */
export class RMSNorm {
  readonly weight: Tensor | null;
  readonly eps: number;

  /** @throws OptionError for a width that is no whole number from 1, an eps below 0, or an unknown option. */
  constructor(width: number, eps: number, init: Initializer, options: { affine?: boolean } = {}) {
    whole('RMSNorm: the width', width, 1);
    requireEps('RMSNorm', eps);
    requireInitializer('RMSNorm', init);
    knownOnly('RMSNorm', options, ['affine']);
    const { affine = true } = options;
    flag('RMSNorm: affine', affine);
    this.weight = affine ? constant(init.fork('weight'), [width], 1) : null;
    this.eps = eps;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight, this.eps);
  }

  /** The residual stream with a branch added, and the norm of the sum. */
  added(x: Tensor, branch: Tensor): { sum: Tensor; y: Tensor } {
    return addRmsNorm(x, branch, this.weight, this.eps);
  }

  /** Norm first, then silu(gate): the output norm of gated mixers. */
  gated(x: Tensor, gate: Tensor): Tensor {
    return gatedRmsNorm(x, gate, this.weight, this.eps);
  }
}

/** Depthwise causal convolution over time, weight [D,1,W] as in PyTorch's Conv1d. */
export class ShortConv {
  readonly weight: Tensor;
  readonly activation: 'silu' | null;

  /** @throws OptionError for sizes that are no whole numbers from 1, or an unknown activation. */
  constructor(width: number, size: number, activation: 'silu' | null, init: Initializer) {
    whole('ShortConv: the width', width, 1);
    whole('ShortConv: the size of its filters', size, 1);
    oneOf('ShortConv: activation', activation, ['silu', null]);
    requireInitializer('ShortConv', init);
    this.weight = normal(init.fork('weight'), [width, 1, size]);
    this.activation = activation;
  }

  /**
   * @param x [B,T,D]
   * @param state [n,W-1,D], the inputs before each sequence; null for zeros.
   * @param ranges i32 [n,2], where the sequences lie; null for B rows of T.
   */
  forward(x: Tensor, state: Tensor | null, ranges: Tensor | null = null): { y: Tensor; state: Tensor } {
    return shortConv(x, this.filters, null, state, this.activation, ranges);
  }

  /** The weight as [D,W]. */
  get filters(): Tensor {
    const [width, , size] = this.weight.shape;
    return this.weight.reshape([width, size]);
  }

  /** Numbers kept per sequence. */
  get stateSize(): number {
    return this.weight.shape[0] * (this.weight.shape[2] - 1);
  }
}

/** down( silu(gate x) * up x ). */
export class GatedMLP {
  readonly gate_proj: Linear;
  readonly up_proj: Linear;
  readonly down_proj: Linear;

  /** @throws OptionError for sizes that are no whole numbers from 1. */
  constructor(width: number, inner: number, init: Initializer) {
    whole('GatedMLP: the width', width, 1);
    whole('GatedMLP: the inner width', inner, 1);
    requireInitializer('GatedMLP', init);
    this.gate_proj = new Linear(width, inner, init.fork('gate_proj'));
    this.up_proj = new Linear(width, inner, init.fork('up_proj'));
    this.down_proj = new Linear(inner, width, init.fork('down_proj'));
  }

  forward(x: Tensor): Tensor {
    const [gate, up] = projections(x, [this.gate_proj, this.up_proj]);
    return this.downOf(gate, up);
  }

  /**
   * sum = h + branch, and what `forward` makes of its norm, in fewer ops: for decoding. Recorded for a gradient, norm and projections are
   * ops of their own, which form nothing twice.
   */
  added(norm: RMSNorm, h: Tensor, branch: Tensor): { sum: Tensor; y: Tensor } {
    const layers = [this.gate_proj, this.up_proj];
    if (!layers.every(isPlain) || norm.added !== RMSNorm.prototype.added || !norm.weight) {
      const { sum, y } = norm.added(h, branch);
      return { sum, y: this.forward(y) };
    }
    const { sum, ys } = addRmsNormLinears(h, branch, norm.weight, weightsOf(layers), norm.eps);
    const [gate, up] = outputsOf(layers, ys);
    return { sum, y: this.downOf(gate, up) };
  }

  private downOf(gate: Tensor, up: Tensor): Tensor {
    const { down_proj: down } = this;
    return isPlain(down) && !down.lora_A ? swigluLinear(gate, up, down.weight) : down.forward(swiglu(gate, up));
  }
}
