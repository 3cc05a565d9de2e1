// Short convolutions on a graphics card: one kernel forward, one backward and the total of its sums, for one of them and for three.
import type { Spec } from '@twilljs/tensor';
import type { Launch, Offers, Plan, Pointer } from '@twilljs/webgpu';
import { totals } from './columns.ts';
import { backward, forward } from './gen/short-conv.wgsl.gen.ts';
import type { ShortConvAttrs } from './short-conv/op.ts';
import { elementUnits } from './units.ts';

/** Positions of a block of the gradient, as in the kernel. */
const rows = 32;

/** What is convolved, with its filters. */
export interface Convolution {
  readonly x: Spec;
  readonly weight: Spec;
  readonly activation: ShortConvAttrs['activation'];
}

/** Where the operands of a convolution lie; those of the other direction may be absent. */
type Places = Readonly<Record<'x' | 'weight' | 'h0', Pointer>> &
  Partial<Readonly<Record<'y' | 'state' | 'dy' | 'dstate' | 'dx' | 'dweight' | 'dh0', Pointer>>>;

/** What all convolutions of an op have. */
interface Common {
  readonly bias: Pointer;
  readonly ranges: Pointer;
  readonly dbias?: Pointer;
}

const none = { y: 0, state: 0, dy: 0, dstate: 0, dx: 0, dh0: 0 };

/** n sequences in P positions, of T each where there are no ranges. */
function sizesOf([{ x, weight }]: readonly Convolution[], ranges: Spec | null) {
  const [B, T] = x.shape;
  return { n: ranges ? ranges.shape[0] : B, T, P: B * T, W: weight.shape[1] };
}

const widthOf = ({ x }: Convolution): number => x.shape[2];
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** The arguments of a launch over up to three convolutions; null where their operands lie in several buffers. */
function argsOf(convolutions: readonly Convolution[], places: readonly Places[], { behind }: Offers) {
  const [first] = places;
  const at = (i: number, name: keyof typeof none | 'x' | 'weight' | 'h0') =>
    places[i] ? behind(first[name] ?? 0, places[i][name] ?? 0) : 0;
  const part = (i: number) =>
    (['x', 'weight', 'h0', 'y', 'state', 'dy', 'dstate', 'dx', 'dh0'] as const).map((name) => at(i, name));
  const [second, third] = [part(1), part(2)];
  if ([...second, ...third].includes(null)) return null;
  const [x1, weight1, h1, y1, state1, dy1, dstate1, dx1, dh1] = second as number[];
  const [x2, weight2, h2, y2, state2, dy2, dstate2, dx2, dh2] = third as number[];
  const [D0, D1 = 0, D2 = 0] = convolutions.map(widthOf);
  const silu = sum(convolutions.map(({ activation }, i) => (activation === 'silu' ? 1 << i : 0)));
  return {
    ...none,
    ...first,
    ...{ silu, D0, D1, x1, weight1, h1, y1, state1, dy1, dstate1, dx1, dh1 },
    ...{ D2, x2, weight2, h2, y2, state2, dy2, dstate2, dx2, dh2 },
  };
}

/** Launches of one for all where their operands lie in one buffer, else of each. */
function launchesOf(
  convolutions: readonly Convolution[],
  places: readonly Places[],
  offers: Offers,
  launch: (
    args: NonNullable<ReturnType<typeof argsOf>>,
    widths: readonly number[],
    places: readonly Places[],
  ) => Launch[],
): Launch[] {
  const widths = convolutions.map(widthOf);
  const together = argsOf(convolutions, places, offers);
  if (together) return launch(together, widths, places);
  return convolutions.flatMap((one, i) => launch(argsOf([one], [places[i]], offers)!, [widths[i]], [places[i]]));
}

/** @param before whether there are inputs before the sequences. */
export function convolutionsOf(
  convolutions: readonly Convolution[],
  ranges: Spec | null,
  before: boolean,
  offers: Offers,
): (places: readonly Places[], common: Common) => Launch[] {
  const sizes = sizesOf(convolutions, ranges);
  const { n, P } = sizes;
  // Sequences of a few tokens, as in decoding, are gone through by the lanes that leave the states.
  const together = P <= 4 * n;
  return (places, common) =>
    launchesOf(convolutions, places, offers, (args, widths) => {
      const launch = (outputs: boolean, states: boolean) => {
        const units = (D: number) => (outputs ? elementUnits(P * D) : 0) + (states ? Math.ceil((n * D) / 64) : 0);
        return forward(sum(widths.map(units)), {
          ...sizes,
          ...args,
          ...common,
          ...{ together: Number(together), outputs: Number(outputs), states: Number(states) },
        });
      };
      if (together) return [launch(false, true)];
      // A state may lie where h0 does, which all must have read first.
      return before ? [launch(true, false), launch(false, true)] : [launch(true, true)];
    });
}

/** The same backward. @param biased whether there is a bias, of one convolution. */
export function convolutionsGradOf(
  convolutions: readonly Convolution[],
  ranges: Spec | null,
  { before, biased }: { readonly before: boolean; readonly biased: boolean },
  offers: Offers,
  placesOf: (ins: readonly Pointer[], outs: readonly Pointer[]) => { places: readonly Places[]; common: Common },
): Plan {
  const sizes = sizesOf(convolutions, ranges);
  const { n, P, W } = sizes;
  const blocks = Math.ceil(P / rows);
  const width = sum(convolutions.map(widthOf));
  const keptAt = 256 * Math.ceil((4 * blocks * width * (W + Number(biased))) / 256);
  return {
    shared: keptAt + 4 * blocks * (rows + W - 1) * width,
    launches(ins, outs, sums) {
      const { places, common } = placesOf(ins, outs);
      return launchesOf(convolutions, places, offers, (args, widths, places) => {
        const units = sum(widths.map((D) => (blocks + (before ? n : 0)) * Math.ceil(D / 64)));
        const columns = [...widths.map((D) => D * W), ...(biased ? widths : [])];
        const [y, rest = 0, last = 0] = [
          ...places.map(({ dweight = 0 }) => dweight),
          ...(biased ? [common.dbias!] : []),
        ];
        const [first, second = 0] = columns;
        return [
          backward(units, { ...sizes, ...args, ...common, blocks, sums, kept: sums + keptAt }),
          totals({ partials: blocks, n: sum(columns), first, second: first + second }, { sums, y, rest, last }),
        ];
      });
    },
  };
}
