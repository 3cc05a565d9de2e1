// A mixer of your own: every token sees the one before it, y_t = W (x_t + x_{t-1}).
// twill train --mixer ./mixer.ts --ratio 1:1 --task ./task.ts --out runs/shift
import {
  concat,
  type Initializer,
  Linear,
  type Mixer,
  type MixerFamily,
  type State,
  type Tensor,
  zeros,
} from 'twilljs';

class Shift implements Mixer {
  readonly o_proj: Linear;
  private readonly width: number;

  constructor(width: number, init: Initializer) {
    this.width = width;
    this.o_proj = new Linear(width, width, init.fork('o_proj'));
  }

  init(batch: number): State {
    return { last: zeros([batch, 1, this.width], { device: this.o_proj.weight.device }) };
  }

  forward(x: Tensor, state: State = this.init(x.shape[0])): { y: Tensor; state: State } {
    const T = x.shape[1]; // of [B,T,D]
    const last = x.slice(1, T - 1, T);
    const before = T === 1 ? (state.last as Tensor) : concat([state.last as Tensor, x.slice(1, 0, T - 1)], 1);
    return { y: this.o_proj.forward(x.add(before)), state: { last } };
  }

  stateSize(): number {
    return this.width;
  }

  coreMacs(): number {
    return 0;
  }
}

const shift: MixerFamily = {
  name: 'shift',
  title: 'Shift',
  model_type: 'shift',
  architecture: 'ShiftForCausalLM',
  role: 'linear',
  fields: {},
  create: ({ hidden_size }, { init }) => new Shift(hidden_size, init),
};

export default shift;
