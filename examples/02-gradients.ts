// Gradients: whatever is computed from a parameter is recorded, and `grad` walks it back.
import { grad, parameter, scope, tensor, untracked } from 'twilljs';

const w = parameter(tensor([3, -1], [2]));

// d/dw sum(w^2) = 2 w
const [slope] = grad(w.mul(w).sum(), [w]);
console.log(Array.from(await slope.data())); // => [6, -2]

// Gradient descent on (w . x - 2)^2. `scope` frees all that is made inside, except what it returns.
const x = tensor([1, 2], [2]);
let value = w;
for (let step = 0; step < 50; step++) {
  const next = scope(() => {
    const off = value.mul(x).sum().sub(2);
    const [g] = grad(off.mul(off), [value]);
    return untracked(() => value.sub(g.mul(0.05)));
  });
  value = parameter(next);
}
console.log(Math.abs((await value.mul(x).sum().item()) - 2) < 1e-5); // => true
