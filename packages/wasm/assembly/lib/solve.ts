// (I + stril(M)) X = R by forward substitution, in place: X holds R before.
import { loadPart, nfma, storePart } from './simd';

@inline
function entry(m: usize, row: usize, at: usize): v128 {
  return v128.load32_splat(m + row + at);
}

/** Rows i..i+3 of eight columns: what all four have in common first, then their own triangle in registers. */
function four(i: i32, m: usize, rs: usize, cs: usize, x: usize, xs: usize): void {
  const p = m + <usize>i * rs, own = x + <usize>i * xs;
  const o1 = own + xs, o2 = o1 + xs, o3 = o2 + xs;
  let a0 = v128.load(own), b0 = v128.load(own, 16), a1 = v128.load(o1), b1 = v128.load(o1, 16);
  let a2 = v128.load(o2), b2 = v128.load(o2, 16), a3 = v128.load(o3), b3 = v128.load(o3, 16);
  const r2 = rs + rs, r3 = r2 + rs;
  let at: usize = 0;
  for (let j = 0; j < i; j++) {
    const u = v128.load(x), v = v128.load(x, 16);
    let f = entry(p, 0, at);
    a0 = nfma(f, u, a0); b0 = nfma(f, v, b0);
    f = entry(p, rs, at);
    a1 = nfma(f, u, a1); b1 = nfma(f, v, b1);
    f = entry(p, r2, at);
    a2 = nfma(f, u, a2); b2 = nfma(f, v, b2);
    f = entry(p, r3, at);
    a3 = nfma(f, u, a3); b3 = nfma(f, v, b3);
    at += cs;
    x += xs;
  }
  let f = entry(p, rs, at);
  a1 = nfma(f, a0, a1); b1 = nfma(f, b0, b1);
  f = entry(p, r2, at);
  a2 = nfma(f, a0, a2); b2 = nfma(f, b0, b2);
  f = entry(p, r3, at);
  a3 = nfma(f, a0, a3); b3 = nfma(f, b0, b3);
  at += cs;
  f = entry(p, r2, at);
  a2 = nfma(f, a1, a2); b2 = nfma(f, b1, b2);
  f = entry(p, r3, at);
  a3 = nfma(f, a1, a3); b3 = nfma(f, b1, b3);
  at += cs;
  f = entry(p, r3, at);
  a3 = nfma(f, a2, a3); b3 = nfma(f, b2, b3);
  v128.store(own, a0); v128.store(own, b0, 16);
  v128.store(o1, a1); v128.store(o1, b1, 16);
  v128.store(o2, a2); v128.store(o2, b2, 16);
  v128.store(o3, a3); v128.store(o3, b3, 16);
}

/** Row i of n <= 4 columns. */
function one(i: i32, n: i32, m: usize, rs: usize, cs: usize, x: usize, xs: usize): void {
  const p = m + <usize>i * rs, own = x + <usize>i * xs;
  let a = n == 4 ? v128.load(own) : loadPart(own, n), at: usize = 0;
  for (let j = 0; j < i; j++) {
    a = nfma(entry(p, 0, at), n == 4 ? v128.load(x) : loadPart(x, n), a);
    at += cs;
    x += xs;
  }
  if (n == 4) v128.store(own, a);
  else storePart(own, a, n);
}

/**
 * C rows, N columns. Entry (i, j) of M is at m + i mrs + j mcs, row i of X at x + i xs, all in bytes and of either sign:
 * the transposed system is the same one with both orders reversed. Every element is one sum over j in order.
 */
export function solve(C: i32, N: i32, m: usize, mrs: usize, mcs: usize, x: usize, xs: usize): void {
  let n = 0;
  for (; n + 8 <= N; n += 8) {
    const at = x + (<usize>n << 2);
    let i = 0;
    for (; i + 4 <= C; i += 4) four(i, m, mrs, mcs, at, xs);
    for (; i < C; i++) {
      one(i, 4, m, mrs, mcs, at, xs);
      one(i, 4, m, mrs, mcs, at + 16, xs);
    }
  }
  for (; n < N; n += 4) for (let i = 1; i < C; i++) one(i, min(4, N - n), m, mrs, mcs, x + (<usize>n << 2), xs);
}

/** The same with the transposed matrix: M and X contiguous, ms and xs floats to a row. */
export function solveTransposed(C: i32, N: i32, m: usize, ms: i32, x: usize, xs: i32): void {
  const last = <usize>(C - 1), mb = <usize>ms << 2, xb = <usize>xs << 2;
  solve(C, N, m + last * (mb + 4), <usize>-4, 0 - mb, x + last * xb, 0 - xb);
}
