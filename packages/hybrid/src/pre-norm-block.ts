// The block of FLA's models: norm, mixer, norm, MLP, each added to the residual stream.
import {
  type Block,
  GatedMLP,
  type Initializer,
  type Mixer,
  type ModelFields,
  mlpWidth,
  RMSNorm,
  type Sequences,
  type State,
} from '@twilljs/nn';
import type { Tensor } from '@twilljs/tensor';

/** Pre-norm block: s = h + mixer(norm(h)); h' = s + mlp(norm(s)). */
export class PreNormBlock implements Block {
  readonly attn_norm: RMSNorm;
  readonly attn: Mixer;
  readonly mlp_norm: RMSNorm;
  readonly mlp: GatedMLP;

  constructor(fields: ModelFields, mixer: Mixer, init: Initializer) {
    this.attn_norm = new RMSNorm(fields.hidden_size, fields.norm_eps, init.fork('attn_norm'));
    this.attn = mixer;
    this.mlp_norm = new RMSNorm(fields.hidden_size, fields.norm_eps, init.fork('mlp_norm'));
    this.mlp = new GatedMLP(fields.hidden_size, mlpWidth(fields), init.fork('mlp'));
  }

  forward(h: Tensor, before?: State, at?: Sequences): { h: Tensor; state: State } {
    const { h: s, branch, state } = this.onward(h, null, before, at);
    return { h: s.add(branch), state };
  }

  onward(
    h: Tensor,
    branch: Tensor | null,
    before?: State,
    at?: Sequences,
  ): { h: Tensor; branch: Tensor; state: State } {
    const { sum, y } = branch ? this.attn_norm.added(h, branch) : { sum: h, y: this.attn_norm.forward(h) };
    const mixed = this.attn.forward(y, before, at);
    const { state } = mixed;
    if (before && this.mlp.forward === GatedMLP.prototype.forward) {
      const { sum: s, y: branch } = this.mlp.added(this.mlp_norm, sum, mixed.y);
      return { h: s, branch, state };
    }
    const { sum: s, y: normed } = this.mlp_norm.added(sum, mixed.y);
    return { h: s, branch: this.mlp.forward(normed), state };
  }
}
