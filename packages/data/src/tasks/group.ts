// Finite groups as tables: permutations in the order of their one-line notation, residues, and direct products.
import { OptionError, shown } from '@twilljs/tensor';

/** Elements of a group at most: its table has the square of it. */
const MOST = 1024;

/** A finite group. Elements are 0..order-1, and 0 is the identity. */
export interface Group {
  readonly name: string;
  readonly order: number;
  /** What each element is: `(1, 0, 2)` of a permutation, in one-line notation, `3` of a residue. */
  readonly elements: readonly string[];
  /** How many points each permutation moves; null of a group that is none of permutations. */
  readonly moved: readonly number[] | null;
  /** a b: of permutations, b acts first. */
  op(a: number, b: number): number;
}

/**
 * The group of a name: `S5` all permutations of five points, `A5` the even ones, `Z6` residues; `A4xZ5` is a product, whose elements are
 * ordered by their first part.
 *
 * @throws OptionError for another name, and for more than 1024 elements.
 */
export function group(name: string): Group {
  const parts = typeof name === 'string' ? name.split('x') : [];
  if (parts.length === 0 || !parts.every((part) => /^[SAZ][1-9]\d{0,3}$/.test(part))) {
    throw new OptionError(`group: ${shown(name)} is none; give S5, A5, Z60, or a product such as A4xZ5.`);
  }
  const order = parts.reduce((product, part) => product * orderOf(part), 1);
  if (order > MOST) {
    throw new OptionError(`group: ${name} has more than ${MOST} elements, the most here; give a smaller one.`);
  }
  return parts.map(factor).reduce((a, b) => product(name, a, b));
}

function orderOf(part: string): number {
  const n = Number(part.slice(1));
  if (part[0] === 'Z') return n;
  let order = 1;
  for (let i = 2; i <= n && order <= 2 * MOST; i++) order *= i;
  return part[0] === 'S' ? order : Math.max(1, order / 2);
}

function factor(name: string): Group {
  const n = Number(name.slice(1));
  if (name[0] === 'Z') {
    const elements = Array.from({ length: n }, (_, i) => String(i));
    return { name, order: n, elements, moved: null, op: (a, b) => (a + b) % n };
  }
  const all = permutations(n).filter((p) => name[0] === 'S' || isEven(p));
  const places = new Map(all.map((p, i) => [p.join(), i]));
  const table = new Int32Array(all.length ** 2);
  all.forEach((a, i) => {
    for (const [j, b] of all.entries()) table[i * all.length + j] = places.get(b.map((k) => a[k]).join()) as number;
  });
  return {
    name,
    order: all.length,
    elements: all.map((p) => `(${p.join(', ')})`),
    moved: all.map((p) => p.filter((to, from) => to !== from).length),
    op: (a, b) => table[a * all.length + b],
  };
}

function product(name: string, left: Group, right: Group): Group {
  const n = right.order;
  return {
    name,
    order: left.order * n,
    elements: left.elements.flatMap((a) => right.elements.map((b) => `(${a}, ${b})`)),
    moved: null,
    op: (a, b) => left.op(Math.floor(a / n), Math.floor(b / n)) * n + right.op(a % n, b % n),
  };
}

/** All orders of 0..n-1, the smallest first. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  const shorter = permutations(n - 1);
  return Array.from({ length: n }, (_, first) =>
    shorter.map((rest) => [first, ...rest.map((x) => (x < first ? x : x + 1))]),
  ).flat();
}

function isEven(p: readonly number[]): boolean {
  const inversions = p.flatMap((x, i) => p.slice(i + 1).filter((y) => y < x));
  return inversions.length % 2 === 0;
}
