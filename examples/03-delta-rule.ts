// The delta rule by hand, against the op that trains: a state that is corrected, not added to.
import { l2Norm, rng, scalarDelta, type Tensor, tensor } from 'twilljs';

const [T, K, V] = [100, 8, 4];
const random = rng(1);
const normal = (...shape: number[]) => tensor(random.normal(shape.reduce((a, b) => a * b)), shape);
const q = l2Norm(normal(1, T, 1, K)); // [B,T,H,K]
const k = l2Norm(normal(1, T, 1, K)); // [B,T,H,K]
const v = normal(1, T, 1, V); // [B,T,H,V]
const beta = tensor(random.uniform(T), [1, T, 1]); // [B,T,H] how strongly a token writes
const g = tensor(
  random.uniform(T).map((u) => -0.1 * u),
  [1, T, 1],
); // [B,T,H] log of the decay

// S = e^g S + k' beta (v - k e^g S),  y = q S: token after token, with loops that anyone can check.
async function byHand(): Promise<number[]> {
  const [Q, Kk, Vv, b, decay] = await Promise.all([q, k, v, beta, g].map((x: Tensor) => x.data()));
  const S = new Float64Array(K * V);
  const y: number[] = [];
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < K * V; i++) S[i] *= Math.exp(decay[t]);
    for (let j = 0; j < V; j++) {
      let known = 0;
      for (let i = 0; i < K; i++) known += Kk[t * K + i] * S[i * V + j];
      for (let i = 0; i < K; i++) S[i * V + j] += Kk[t * K + i] * b[t] * (Vv[t * V + j] - known);
    }
    for (let j = 0; j < V; j++)
      y.push(Array.from(Q.slice(t * K, (t + 1) * K)).reduce((sum, x, i) => sum + x * S[i * V + j], 0));
  }
  return y;
}

const whole = scalarDelta(q, k, v, g, beta, null, { scale: 1 });
const expected = await byHand();
console.log((await whole.y.data()).every((y, i) => Math.abs(y - expected[i]) < 1e-5)); // => true

// Cut anywhere, hand the state over: nothing changes. That is what makes decoding cheap.
const cut = (x: Tensor, from: number, to: number) => x.slice(1, from, to);
const head = scalarDelta(cut(q, 0, 37), cut(k, 0, 37), cut(v, 0, 37), cut(g, 0, 37), cut(beta, 0, 37), null, {
  scale: 1,
});
const tail = scalarDelta(cut(q, 37, T), cut(k, 37, T), cut(v, 37, T), cut(g, 37, T), cut(beta, 37, T), head.state, {
  scale: 1,
});
const [a, b] = await Promise.all([whole.state.data(), tail.state.data()]);
console.log(a.every((s, i) => Math.abs(s - b[i]) < 1e-5)); // => true
