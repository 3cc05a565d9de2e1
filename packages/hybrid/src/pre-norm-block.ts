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

  forward(h: Tensor, state?: State, at?: Sequences): { h: Tensor; state: State } {
    const mixed = this.attn.forward(this.attn_norm.forward(h), state, at);
    const { sum: s, y } = this.mlp_norm.added(h, mixed.y);
    return { h: s.add(this.mlp.forward(y)), state: mixed.state };
  }
}
