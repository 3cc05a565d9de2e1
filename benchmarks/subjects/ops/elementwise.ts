// Element-wise work, reductions and movement beside plain JavaScript loops, and what a call costs.
import { scope, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { type OpCase, serveOp } from '../../lib/op.ts';

const [rows, columns] = [512, 256];
const n = rows * columns;
const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i) + 1.5);

/** A loop of its own for every expression, so that the engine compiles each for what it is. */
const each = (expression: string): (() => void) =>
  new Function('p', 'q', 'r', 'n', 'm', `return () => { for (let i = 0; i < n; i++) ${expression}; }`)(
    numbers(n),
    numbers(n),
    new Float32Array(n),
    n,
    columns,
  );

type Call = (x: Tensor, y: Tensor, row: Tensor) => Tensor;
const loops: [name: string, ours: Call, expression: string][] = [
  ['add', (x, y) => x.add(y), 'r[i] = p[i] + q[i]'],
  ['add a row', (x, _, row) => x.add(row), 'r[i] = p[i] + q[i % m]'],
  ['exp', (x) => x.exp(), 'r[i] = Math.exp(p[i])'],
  ['log', (x) => x.log(), 'r[i] = Math.log(p[i])'],
  ['sigmoid', (x) => x.sigmoid(), 'r[i] = 1 / (1 + Math.exp(-p[i]))'],
  ['softplus', (x) => x.softplus(), 'r[i] = Math.log1p(Math.exp(p[i]))'],
  ['tanh', (x) => x.tanh(), 'r[i] = Math.tanh(p[i])'],
  ['sum of rows', (x) => x.sum([1], true), 'r[(i / m) | 0] += p[i]'],
  ['sum of columns', (x) => x.sum([0], true), 'r[i % m] += p[i]'],
  ['transpose', (x) => x.permute([1, 0]), 'r[(i % m) * (n / m) + ((i / m) | 0)] = p[i]'],
];

const call = (name: string, shapes: readonly (readonly number[])[], ours: Call): OpCase => ({
  name,
  make(device) {
    const [x, y, row] = shapes.map((shape) => tensor(numbers(shape.reduce((a, b) => a * b)), shape, { device }));
    return () => untracked(() => scope(() => void ours(x, y, row)));
  },
});

const large = [[rows, columns], [rows, columns], [columns]];
await serveOp({
  cases: [
    ...loops.map(([name, ours, expression]) => ({
      ...call(`${name} [${rows},${columns}]`, large, ours),
      beside: { name: 'JavaScript loop', make: () => each(expression) },
    })),
    call('a call of add on one number', [[1], [1]], (x, y) => x.add(y)),
    call('a call of add, [4,4] + [4]', [[4, 4], [4]], (x, row) => x.add(row)),
    call(
      'a call of matmul 4x4',
      [
        [4, 4],
        [4, 4],
      ],
      (x, y) => x.matmul(y),
    ),
  ],
});
