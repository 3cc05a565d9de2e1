// All ops that a golden file may name: those of the hub, and those of the packages that it does not know.
import { type GoldenOp, goldenOps as layerOps } from '@twilljs/hub';
import { OptionError } from '@twilljs/tensor';
import { scalarDelta, scaledDotProductAttention } from 'twilljs';

type Attrs = Parameters<GoldenOp>[1];

export const goldenOps: Readonly<Record<string, GoldenOp>> = {
  ...layerOps,
  attention: ({ q, k, v }, attrs) => {
    if (attrs.causal === false) {
      throw new OptionError('attrs.causal is false but attention is causal in this version; only true is.');
    }
    const scale = number(attrs, 'scale') ?? q.shape[3] ** -0.5;
    return { y: scaledDotProductAttention(q, k, v, { scale, window: number(attrs, 'window') }) };
  },
  scalarDelta: ({ q, k, v, g, beta, h0 }, attrs) => ({
    ...scalarDelta(q, k, v, g ?? null, beta, h0 ?? null, { scale: number(attrs, 'scale') ?? q.shape[3] ** -0.5 }),
  }),
};

/** A number among the options, or null where there is none. */
function number(attrs: Attrs, name: string): number | null {
  const value = attrs[name] ?? null;
  if (value === null || typeof value === 'number') return value;
  throw new OptionError(
    `attrs.${name} is ${JSON.stringify(value)} where a number or null is needed; correct the file.`,
  );
}
