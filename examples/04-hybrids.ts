// Weaving: which layer is which, and what each weave costs. No weight is made here.
import { countParams, hybrid, mixers, shapesOnly, stateBytes } from 'twilljs';

const base = { model_type: 'gated_deltanet', hidden_size: 256, num_heads: 4, head_dim: 64, num_hidden_layers: 12 };
const plan = (form: object) => hybrid({ ...base, ...form }, { mixers, init: shapesOnly() });
const letters = (model: ReturnType<typeof plan>) =>
  model.config.layers.map(({ family }) => (family.role === 'softmax' ? 'A' : 'G')).join('');

console.log(letters(plan({}))); // => 'GGGGGGGGGGGG'
console.log(letters(plan({ ratio: '3:1' }))); // => 'GGGAGGGAGGGA'
console.log(letters(plan({ ratio: '3:1', convention: 'period' }))); // => 'GGAGGAGGAGGA'
console.log(letters(plan({ pattern: 'AGGGGG' }))); // => 'AGGGGGAGGGGG'
console.log(letters(plan({ attn: { layers: [5], num_heads: 4 } }))); // => 'GGGGGAGGGGGG'

// Memory of one sequence while it decodes, in bytes: a state does not grow, keys and values do.
const sizes = [undefined, '11:1', '3:1', '1:1'].map((ratio) => plan({ ratio }));
console.log(sizes.map((model) => stateBytes(model, 1024))); // => [1720320, 3674112, 7581696, 13443072]
console.log(sizes.map((model) => stateBytes(model, 32768))); // => [1720320, 68685824, 202616832, 403513344]

const millions = sizes.map((model) => countParams(model) / 1e6);
console.log(millions.map((n) => n.toFixed(1))); // => ['29.8', '29.6', '29.0', '28.2']
