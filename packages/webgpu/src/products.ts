// Products of matrices as launches: as few as possible.
import { few, gather, product } from './gen/product.wgsl.gen.ts';
import { behind, heapOf, offsetIn } from './heaps.ts';
import type { Formed, Launch, ProductOptions, ProductPlaces, ProductSizes, Products } from './kernel.ts';

/** Products that a launch takes. */
const most = 6;
/** Squares of 64 that fill a card: with fewer, a long depth is cut into pieces, of at least so much. */
const enough = 512;
const least = 256;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const squaresOf = (edge: number, { rows, columns }: ProductSizes): number =>
  Math.ceil(rows / edge) * Math.ceil(columns / edge);

/** Pieces of a depth: by the sizes of one product alone, so that its bits do not depend on others in its launch. */
const splitsOf = (size: ProductSizes, depth: number): number =>
  Math.max(1, Math.min(Math.ceil(enough / squaresOf(64, size)), Math.floor(depth / least)));

/** A product with the place of each of its matrices. */
type Part = ProductSizes & ProductPlaces & { readonly splits: number };

/** Parts whose matrices lie in the heaps of the first one's, in order, as many as a launch takes in a group. */
function groupsOf(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  const heaps = ({ a, b, c }: Part): string => `${heapOf(a)} ${heapOf(b)} ${heapOf(c)}`;
  for (const part of parts) {
    const last = groups.at(-1);
    if (last && last.length < most && heaps(last[0]) === heaps(part)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** The arguments of a launch over a group. */
function argsOf(group: readonly Part[]) {
  const [first] = group;
  /** Where a matrix begins behind that of the first product, in words. */
  const behind = (name: keyof ProductPlaces, part: Part) => (offsetIn(part[name]) - offsetIn(first[name])) / 4;
  const at = (i: number) => {
    const part = group[i] ?? { ...first, rows: 0, columns: 0 };
    const { rows, columns, depth, splits } = part;
    return [rows, columns, depth, splits, behind('a', part), behind('b', part), behind('c', part)] as const;
  };
  const [rows0, columns0, depth0, splits0, a0, b0, c0] = at(0);
  const [rows1, columns1, depth1, splits1, a1, b1, c1] = at(1);
  const [rows2, columns2, depth2, splits2, a2, b2, c2] = at(2);
  const [rows3, columns3, depth3, splits3, a3, b3, c3] = at(3);
  const [rows4, columns4, depth4, splits4, a4, b4, c4] = at(4);
  const [rows5, columns5, depth5, splits5, a5, b5, c5] = at(5);
  return {
    ...{ parts: group.length, a: first.a, b: first.b, c: first.c },
    ...{ rows0, columns0, depth0, splits0, a0, b0, c0, rows1, columns1, depth1, splits1, a1, b1, c1 },
    ...{ rows2, columns2, depth2, splits2, a2, b2, c2, rows3, columns3, depth3, splits3, a3, b3, c3 },
    ...{ rows4, columns4, depth4, splits4, a4, b4, c4, rows5, columns5, depth5, splits5, a5, b5, c5 },
  };
}

/** Rows that a workgroup takes beside each other. */
const fewRows = 4;

/** What is not formed. */
const plain = { form: 0, other: 0, scale: 0, sum: 0, eps: 0 };

/** See `Offers`. */
function formed(sizes: readonly ProductSizes[], places: readonly ProductPlaces[], how: Formed): Launch[] {
  if (sizes[0].rows === 0) return []; // a workgroup would still leave the sum of a row
  const flags = { transpose_a: 0, half_b: 0, batch: 1 };
  const args = { ...plain, ...how, form: how.form === 'gated' ? 1 : 2 };
  return fewOf(sizes, places).map((group) => few(columnsOf(group), { ...argsOf(group), ...flags, ...args }));
}

const fewOf = (sizes: readonly ProductSizes[], places: readonly ProductPlaces[]): Part[][] =>
  groupsOf(sizes.map((one, i) => ({ ...one, ...places[i], splits: 1 })));

/** Workgroups of four columns. */
const columnsOf = (group: readonly Part[]): number => sum(group.map(({ columns }) => Math.ceil(columns / 4)));

/** See `Offers`. */
function products(sizes: readonly ProductSizes[], options: ProductOptions = {}): Products {
  const { transposeA = false, transposeB = false, half = false, batch = 1, summed = false } = options;
  const flags = { transpose_a: Number(transposeA), transpose_b: Number(transposeB), half_b: Number(half) };
  if (transposeB && !summed && sizes.every(({ rows }) => rows <= fewRows)) {
    return {
      shared: 0,
      launches: (places) =>
        fewOf(sizes, places).map((group) =>
          few(batch * columnsOf(group), { ...argsOf(group), ...flags, ...plain, batch }),
        ),
    };
  }
  const depth = Math.max(...sizes.map(({ depth }) => depth));
  const cut = sizes.map((one) => ({ ...one, splits: batch > 1 ? 1 : splitsOf(one, summed ? depth : one.depth) }));
  const targets = summed ? cut.slice(0, 1) : cut;
  const unitsOf = (edge: number, parts: readonly (ProductSizes & { splits: number })[]): number =>
    batch * sum((summed ? parts.slice(0, 1) : parts).map((part) => part.splits * squaresOf(edge, part)));
  // Large squares where they fill a card and hardly stick out.
  const large = unitsOf(128, cut);
  const edge = 4 * large >= enough && 3 * large <= unitsOf(64, cut) ? 128 : 64;
  const launch = (parts: readonly Part[]): Launch[] =>
    groupsOf(parts).map((group, i) =>
      product(
        unitsOf(edge, group),
        { ...argsOf(group), ...flags, batch, summed: Number(summed), onto: Number(summed && i > 0) },
        { edge },
      ),
    );
  const bytes = targets.map(({ rows, columns, splits }) => (splits > 1 ? 4 * splits * rows * columns : 0));
  return {
    shared: sum(bytes),
    launches(places, shared) {
      const partial = bytes.map((_, i) => shared + sum(bytes.slice(0, i)));
      const parts = cut.map((one, i): Part => {
        const target = summed ? 0 : i;
        return { ...one, ...places[i], c: one.splits > 1 ? partial[target] : places[target].c };
      });
      const whole = targets.flatMap((one, i): Part[] =>
        one.splits > 1 ? [{ ...one, a: partial[i], b: partial[i], c: places[i].c }] : [],
      );
      const gathers = groupsOf(whole).map((group) =>
        gather(sum(group.map(({ rows, columns }) => Math.ceil((rows * columns) / 256))), argsOf(group)),
      );
      return [...launch(parts), ...gathers];
    },
  };
}

/** What every device offers to plans. */
export const offered = { products, formed, fewRows, behind };
