// Activations by name, as configurations write them: the table of Hugging Face Transformers.
import { full, requireTensor, type Tensor } from '@twilljs/tensor';
import { normalCdf } from './normal-cdf/op.ts';
import { silu } from './silu/op.ts';

/** x Phi(x): the exact form. */
export const gelu = (x: Tensor): Tensor => normalCdf(x).mul(x);

/** x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2: within 1e-3 of the exact form, and not the same. */
export function geluTanh(x: Tensor): Tensor {
  requireTensor('gelu', 'x', x);
  const inner = x
    .mul(x)
    .mul(0.044715)
    .add(1)
    .mul(x)
    .mul(Math.sqrt(2 / Math.PI));
  return inner.tanh().add(1).mul(x).mul(0.5);
}

/** The smaller of x and a bound. */
const atMost = (x: Tensor, bound: number): Tensor =>
  x
    .neg()
    .maximum(full([1], -bound, { device: x.device }))
    .neg();

/** Names that `transformersActivations` knows. Those with parameters of their own (prelu, xielu) are left out. */
export const transformersActivationNames = [
  'gelu',
  'gelu_10',
  'gelu_accurate',
  'gelu_fast',
  'gelu_new',
  'gelu_python',
  'gelu_python_tanh',
  'gelu_pytorch_tanh',
  'laplace',
  'leaky_relu',
  'linear',
  'mish',
  'quick_gelu',
  'relu',
  'relu2',
  'relu6',
  'sigmoid',
  'silu',
  'swish',
  'tanh',
] as const;

type Activations = Readonly<Record<(typeof transformersActivationNames)[number], (x: Tensor) => Tensor>>;

const activations: Activations = {
  gelu,
  gelu_10: (x) => atMost(gelu(x), 10),
  gelu_accurate: geluTanh,
  gelu_fast: geluTanh,
  gelu_new: geluTanh,
  gelu_python: gelu,
  gelu_python_tanh: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  laplace: (x) => normalCdf(x.sub(0.707107).mul(1 / 0.282095)),
  leaky_relu: (x) => x.relu().sub(x.neg().relu().mul(0.01)),
  linear: (x) => x,
  mish: (x) => x.mul(x.softplus().tanh()),
  quick_gelu: (x) => x.mul(x.mul(1.702).sigmoid()),
  relu: (x) => x.relu(),
  relu2: (x) => x.relu().mul(x.relu()),
  relu6: (x) => atMost(x.relu(), 6),
  sigmoid: (x) => x.sigmoid(),
  silu,
  swish: silu,
  tanh: (x) => x.tanh(),
};

/** Activations under the names that Transformers gives them. @throws OptionError for what is no tensor. */
export const transformersActivations = /* @__PURE__ */ Object.fromEntries(
  transformersActivationNames.map((name) => [
    name,
    (x: Tensor) => {
      requireTensor(name, 'x', x);
      return activations[name](x);
    },
  ]),
) as Activations;
