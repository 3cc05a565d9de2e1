// A mixer of your own: a running mean of the past with a learned rate. It trains, decodes and weaves like the others.
import {
  attention,
  concat,
  constant,
  grad,
  hybrid,
  type Initializer,
  Linear,
  type Mixer,
  type MixerFamily,
  OptionError,
  type Sequences,
  type State,
  scope,
  type Tensor,
  zeros,
} from 'twilljs';

/** m_t = m_{t-1} + sigmoid(rate) (v_t - m_{t-1}),  y_t = W m_t. */
class RunningMean implements Mixer {
  readonly v_proj: Linear;
  readonly o_proj: Linear;
  readonly rate: Tensor; // [D]
  private readonly width: number;

  constructor(width: number, init: Initializer) {
    this.width = width;
    this.v_proj = new Linear(width, width, init.fork('v_proj'));
    this.o_proj = new Linear(width, width, init.fork('o_proj'));
    this.rate = constant(init.fork('rate'), [width], 0);
  }

  init(batch: number): State {
    return { mean: zeros([batch, 1, this.width], { device: this.rate.device }) };
  }

  forward(x: Tensor, state: State = this.init(x.shape[0]), at?: Sequences): { y: Tensor; state: State } {
    if (at?.ranges) throw new OptionError('RunningMean: it reads rows of equal length; give no lengths.');
    const v = this.v_proj.forward(x); // [B,T,D]
    const rate = this.rate.sigmoid();
    let mean = state.mean; // [B,1,D]
    const means: Tensor[] = [];
    for (let t = 0; t < x.shape[1]; t++) {
      mean = mean.add(
        v
          .slice(1, t, t + 1)
          .sub(mean)
          .mul(rate),
      );
      means.push(mean);
    }
    return { y: this.o_proj.forward(concat(means, 1)), state: { mean } };
  }

  stateSize(): number {
    return this.width;
  }

  coreMacs(): number {
    return this.width;
  }
}

const runningMean: MixerFamily = {
  name: 'running-mean',
  title: 'Running mean',
  model_type: 'running_mean',
  architecture: 'RunningMeanForCausalLM',
  role: 'linear',
  fields: {},
  create: ({ hidden_size }, { init }) => new RunningMean(hidden_size, init),
};

const config = {
  model_type: 'running_mean',
  hidden_size: 16,
  num_heads: 2,
  num_hidden_layers: 4,
  ratio: '3:1',
  vocab_size: 32,
  intermediate_size: 32,
};
const model = await hybrid(config, { mixers: [runningMean, attention] }).to();
console.log(model.model.layers.map(({ attn }) => attn.constructor.name)); // => ['RunningMean', 'RunningMean', 'RunningMean', 'Attention']

// Its gradient needs no line of its own.
const [slope] = scope(() => grad(model.loss([[1, 2, 3, 4, 5]]), [(model.model.layers[0].attn as RunningMean).rate]));
console.log(slope.shape); // => [16]

// Cut anywhere and go on from the cache: the same logits.
const whole = await scope(() => model.forward([[1, 2, 3, 4, 5]])).data();
const cache = model.cache(1);
scope(() => model.forward([[1, 2, 3]], cache));
const rest = await scope(() => model.forward([[4, 5]], cache)).data();
console.log(rest.every((x, i) => Math.abs(x - whole[3 * 32 + i]) < 1e-5)); // => true
