// A mixer of your own: a running mean of the past with a learned rate. It trains, decodes and weaves like the others.
import {
  attention,
  concat,
  constant,
  generate,
  grad,
  hybrid,
  type Initializer,
  Linear,
  type Mixer,
  type MixerFamily,
  ones,
  packSequences,
  padSequences,
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
    const [B, T] = x.shape;
    // Sequences of different lengths, n in the B T positions: each into a row of its own, zeros behind, and back below.
    const rows = (values: Tensor) => (at?.ranges ? padSequences(values, at.ranges, B * T) : values);
    const packed = (values: Tensor) => (at?.ranges ? packSequences(values, at.ranges, [B, T]) : values);
    const v = rows(this.v_proj.forward(x)); // [B,T,D], or [n,B T,D]
    const rate = rows(ones([B, T, 1], { device: x.device })).mul(this.rate.sigmoid()); // 0 behind an end: the state stays
    let mean = state.mean; // [B,1,D]
    const means: Tensor[] = [];
    for (let t = 0; t < v.shape[1]; t++) {
      const change = v.slice(1, t, t + 1).sub(mean);
      mean = mean.add(change.mul(rate.slice(1, t, t + 1)));
      means.push(mean);
    }
    return { y: this.o_proj.forward(packed(concat(means, 1))), state: { mean } };
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
console.log(model.config.layers.map(({ family }) => family.name)); // => ['running-mean', 'running-mean', 'running-mean', 'attention']

// Its gradient needs no line of its own.
const [slope] = scope(() => grad(model.loss([[1, 2, 3, 4, 5]]), [(model.model.layers[0].attn as RunningMean).rate]));
console.log(slope.shape); // => [16]

// Cut anywhere and go on from the cache: the same logits.
const whole = await scope(() => model.forward([[1, 2, 3, 4, 5]])).data();
const cache = model.cache(1);
scope(() => model.forward([[1, 2, 3]], cache));
const rest = await scope(() => model.forward([[4, 5]], cache)).data();
console.log(rest.every((x, i) => Math.abs(x - whole[3 * 32 + i]) < 1e-5)); // => true

// Prompts of different lengths together: the ids that each has alone.
const idsOf = async (prompts: number[][]) => {
  const found: (number | null)[][] = [];
  for await (const ids of generate(model, prompts, { maxTokens: 4 })) found.push(ids);
  return found;
};
const [both, first, second] = [await idsOf([[1, 2, 3, 4], [5]]), await idsOf([[1, 2, 3, 4]]), await idsOf([[5]])];
console.log(both.every(([a, b], i) => a === first[i][0] && b === second[i][0])); // => true
