// Element-wise work, reductions and movement of the wasm device against plain JavaScript loops, and the cost of a call.
import { scope, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { report, seconds } from './measure.ts';

const [rows, columns] = [512, 256];
const n = rows * columns;
const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i) + 1.5);
const [p, q, r] = [numbers(n), numbers(n), new Float32Array(n)];
/** A loop of its own for every expression, so that the engine compiles each for what it is. */
const each = (expression: string): (() => void) =>
  new Function('p', 'q', 'r', 'n', 'm', `return () => { for (let i = 0; i < n; i++) ${expression}; }`)(
    p,
    q,
    r,
    n,
    columns,
  );

type Body = (x: Tensor, y: Tensor, row: Tensor) => Tensor;
const cases: [name: string, ours: Body, loop: () => void][] = [
  ['add', (x, y) => x.add(y), each('r[i] = p[i] + q[i]')],
  ['add a row', (x, _, row) => x.add(row), each('r[i] = p[i] + q[i % m]')],
  ['exp', (x) => x.exp(), each('r[i] = Math.exp(p[i])')],
  ['log', (x) => x.log(), each('r[i] = Math.log(p[i])')],
  ['sigmoid', (x) => x.sigmoid(), each('r[i] = 1 / (1 + Math.exp(-p[i]))')],
  ['softplus', (x) => x.softplus(), each('r[i] = Math.log1p(Math.exp(p[i]))')],
  ['tanh', (x) => x.tanh(), each('r[i] = Math.tanh(p[i])')],
  ['sum of rows', (x) => x.sum([1], true), each('r[(i / m) | 0] += p[i]')],
  ['sum of columns', (x) => x.sum([0], true), each('r[i % m] += p[i]')],
  ['transpose', (x) => x.permute([1, 0]), each('r[(i % m) * (n / m) + ((i / m) | 0)] = p[i]')],
];

for (const tier of ['plain', 'relaxed'] as const) {
  const device = await wasm({ tier });
  const x = tensor(p, [rows, columns], { device });
  const y = tensor(q, [rows, columns], { device });
  const row = tensor(numbers(columns), [columns], { device });
  for (const [name, ours, loop] of cases) {
    const rate = n / seconds(() => untracked(() => scope(() => void ours(x, y, row))));
    const floor = n / seconds(loop, 6);
    const result = { benchmark: 'elementwise', case: `${tier} ${name} [${rows},${columns}]` };
    report({ ...result, value: rate / 1e9, unit: 'G elements/s', ratio: rate / floor, floor: 'JavaScript loop' });
  }
  const one = tensor([1], [1], { device });
  const call = seconds(() => untracked(() => scope(() => void one.add(one))));
  report({
    benchmark: 'elementwise',
    case: `${tier} one call of add on one number`,
    value: call * 1e6,
    unit: 'microseconds',
  });
  const small = tensor(numbers(16), [4, 4], { device });
  const calls: [string, () => Tensor][] = [
    ['matmul 4x4', () => small.matmul(small)],
    ['add [4,4] + [4]', () => small.add(row.slice(0, 0, 4))],
  ];
  for (const [name, body] of calls) {
    const time = seconds(() => untracked(() => scope(() => void body())));
    report({ benchmark: 'elementwise', case: `${tier} ${name}`, value: time * 1e6, unit: 'microseconds' });
  }
  const buffers = [device.allocate(4), device.allocate(4)];
  const runner = device.find({ name: 'add', inputs: ['a', 'b'], outputs: ['y'], shape: () => [[1]] }, [one, one], null);
  if (typeof runner === 'string') throw new Error(runner);
  const bare = seconds(() => runner.run([buffers[0], buffers[0]], [buffers[1]], null));
  report({ benchmark: 'elementwise', case: `${tier} a runner alone`, value: bare * 1e6, unit: 'microseconds' });
}
