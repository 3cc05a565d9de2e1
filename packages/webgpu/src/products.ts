// Products of matrices, as plans of ops have them: as few launches as possible.
import { few, gather, product } from './gen/product.wgsl.gen.ts';
import { heapOf, offsetIn } from './heaps.ts';
import type { Launch, Pointer } from './kernel.ts';

/** The sizes of C [rows,columns] = A [rows,depth] B [depth,columns]. */
export interface ProductSizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Where its matrices lie. */
export interface ProductPlaces {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly c: Pointer;
}

export interface ProductOptions {
  /** A lies as [depth,rows]. */
  readonly transposeA?: boolean;
  /** B lies as [columns,depth]. */
  readonly transposeB?: boolean;
  /** B is stored in bf16, of a list of one. */
  readonly half?: boolean;
  /** Products of these sizes one behind the other, of a list of one. Default 1. */
  readonly batch?: number;
  /** All products are summed in the C of the first: they have its rows and columns. */
  readonly summed?: boolean;
}

export interface Products {
  /** Bytes of what the launches share. */
  readonly shared: number;
  /** @param places of each product. */
  launches(places: readonly ProductPlaces[], shared: Pointer): readonly Launch[];
}

/** Products that a launch takes. */
const most = 8;
/** Workgroups that fill a card: with fewer, a long depth is cut into pieces, of at least so many. */
const enough = 128;
const least = 256;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const squaresOf = (edge: number, { rows, columns }: ProductSizes): number =>
  Math.ceil(rows / edge) * Math.ceil(columns / edge);

/** A product with the place of each of its matrices. */
type Part = ProductSizes & ProductPlaces;

/** Parts whose matrices lie in the heaps of the first one's, up to eight in a group, in order. */
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

/** What says where a matrix begins behind that of the first product, in words of 32 bits. */
const behind = (first: Pointer, place: Pointer): number => (offsetIn(place) - offsetIn(first)) / 4;

/** The arguments of a launch over a group. */
function argsOf(group: readonly Part[]) {
  const [first] = group;
  const at = (i: number) => {
    const { rows, columns, depth, a, b, c } = group[i] ?? { ...first, rows: 0, columns: 0, depth: 0 };
    return [rows, columns, depth, behind(first.a, a), behind(first.b, b), behind(first.c, c)] as const;
  };
  const [rows0, columns0, depth0, a0, b0, c0] = at(0);
  const [rows1, columns1, depth1, a1, b1, c1] = at(1);
  const [rows2, columns2, depth2, a2, b2, c2] = at(2);
  const [rows3, columns3, depth3, a3, b3, c3] = at(3);
  const [rows4, columns4, depth4, a4, b4, c4] = at(4);
  const [rows5, columns5, depth5, a5, b5, c5] = at(5);
  const [rows6, columns6, depth6, a6, b6, c6] = at(6);
  const [rows7, columns7, depth7, a7, b7, c7] = at(7);
  return {
    ...{ parts: group.length, a: first.a, b: first.b, c: first.c },
    ...{ rows0, columns0, depth0, a0, b0, c0, rows1, columns1, depth1, a1, b1, c1 },
    ...{ rows2, columns2, depth2, a2, b2, c2, rows3, columns3, depth3, a3, b3, c3 },
    ...{ rows4, columns4, depth4, a4, b4, c4, rows5, columns5, depth5, a5, b5, c5 },
    ...{ rows6, columns6, depth6, a6, b6, c6, rows7, columns7, depth7, a7, b7, c7 },
  };
}

/**
 * Launches of products: one for up to eight of them, and one more where a depth is cut into pieces.
 *
 * @param sizes of each product, at least one.
 */
export function products(sizes: readonly ProductSizes[], options: ProductOptions = {}): Products {
  const { transposeA = false, transposeB = false, half = false, batch = 1, summed = false } = options;
  const flags = {
    transpose_a: Number(transposeA),
    transpose_b: Number(transposeB),
    half_b: Number(half),
    summed: Number(summed),
  };
  const partsOf = (places: readonly ProductPlaces[]) => sizes.map((one, i): Part => ({ ...one, ...places[i] }));
  if (transposeB && !summed && sizes.every(({ rows }) => rows <= 4)) {
    const unitsOf = (group: readonly Part[]) => batch * sum(group.map(({ columns }) => Math.ceil(columns / 4)));
    return {
      shared: 0,
      launches: (places) =>
        groupsOf(partsOf(places)).map((group) => few(unitsOf(group), { ...argsOf(group), ...flags, batch })),
    };
  }
  const targets = summed ? sizes.slice(0, 1) : sizes;
  const planes = batch;
  const depth = Math.max(...sizes.map(({ depth }) => depth));
  const [small, large] = [64, 128].map((edge) => planes * sum(targets.map((one) => squaresOf(edge, one))));
  const pieces = (squares: number): number =>
    batch > 1 ? 1 : Math.max(1, Math.min(Math.ceil(enough / squares), Math.floor(depth / least)));
  // Large squares where they fill a card and hardly stick out.
  const edge = large * pieces(large) >= enough && 3 * large <= small ? 128 : 64;
  const splits = pieces(edge === 128 ? large : small);
  const elements = targets.map(({ rows, columns }) => rows * columns);
  const unitsOf = (group: readonly Part[]): number =>
    planes * splits * sum((summed ? group.slice(0, 1) : group).map((part) => squaresOf(edge, part)));
  const one = (group: readonly Part[], onto: boolean): Launch =>
    product(unitsOf(group), { ...argsOf(group), ...flags, batch, splits, onto: Number(onto) }, { edge });
  if (splits === 1) {
    return {
      shared: 0,
      launches: (places) => groupsOf(partsOf(places)).map((group, i) => one(group, summed && i > 0)),
    };
  }
  return {
    shared: 4 * splits * sum(elements),
    launches(places, shared) {
      let at = shared;
      const partial = elements.map((n) => {
        at += 4 * splits * n;
        return at - 4 * splits * n;
      });
      const parts = partsOf(places).map((part, i) => ({ ...part, c: partial[summed ? 0 : i] }));
      const whole = targets.map((one, i): Part => ({ ...one, a: partial[i], b: partial[i], c: places[i].c }));
      return [
        ...groupsOf(parts).map((group, i) => one(group, summed && i > 0)),
        ...groupsOf(whole).map((group) =>
          gather(sum(group.map(({ rows, columns }) => Math.ceil((rows * columns) / 256))), {
            ...argsOf(group),
            splits,
          }),
        ),
      ];
    },
  };
}
