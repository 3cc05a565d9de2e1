// Bytes of state: what a model is worth for them, and how they grow with the context.
import { STATE_CONTEXTS } from '@twilljs/eval';
import type { TopLevelSpec } from 'vega-lite';
import type { Figure } from '../document.ts';
import { mixersOf, modelAt, modelsOf, mostPairs, type Part, ratiosOf, ratioText, resultOf } from '../parts.ts';
import { bytesText, tokensText } from '../text/numbers.ts';
import { spreadText } from '../text/stats.ts';
import { card, familyColor, ratioColor, soft } from '../theme.ts';
import { familyKeys } from './keys.ts';
import { domainOf } from './lines.ts';
import { type Label, placeLabels } from './place-labels.ts';

/** Tokens at which the first figure counts. */
export const AT = 4096;

/** Where there are several powers of ten they are the only lines: Vega would draw those between them, too. */
function powers(from: number, to: number) {
  const first = Math.ceil(Math.log10(from));
  const values = Array.from({ length: Math.floor(Math.log10(to)) - first + 1 }, (_, i) => 10 ** (first + i));
  return { format: '~s', grid: true, ...(values.length > 1 ? { values } : { tickCount: 4 }) };
}

export function overState(part: Part): Figure {
  const points = modelsOf(part).flatMap((model) => {
    const spread = resultOf(part, model);
    const i = mixersOf(part).findIndex(({ mixer }) => mixer === model.mixer);
    const isFull = model === part.transformer;
    const shape = isFull ? 'diamond' : model.ratio === 'pure' ? 'circle' : 'square';
    const color = isFull ? soft : familyColor(i);
    const text = `${model.family}${isFull ? '' : ` ${ratioText(model.ratio)}`}`;
    return spread ? [{ ...spread, bytes: model.counts.stateBytes[AT], family: model.family, shape, color, text }] : [];
  });
  const isRecall = part.task === 'recall';
  const title = isRecall ? `accuracy at ${mostPairs(part)} pairs` : 'bits per byte (lower is better)';
  const bytes = points.map((p) => p.bytes);
  const domain = [Math.min(...bytes) / 1.5, Math.max(...bytes) * 1.5] as const;
  const x = {
    field: 'bytes',
    type: 'quantitative',
    scale: { type: 'log', domain, nice: false },
    axis: { ...powers(...domain), title: `bytes of state at ${tokensText(AT)} tokens` },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: isRecall ? [0, 1] : domainOf([{ points: points.map((spread) => ({ spread })) }]), nice: false },
    axis: { title, tickCount: 5 },
  });
  const color = { field: 'color', type: 'nominal', scale: null };
  return {
    title: isRecall ? 'Recall over bytes of state' : 'Loss over bytes of state',
    keys: [
      ...familyKeys(part),
      { label: 'pure', color: soft, mark: 'dot' },
      ...(ratiosOf(part).some((ratio) => ratio !== 'pure')
        ? [{ label: 'woven', color: soft, mark: 'square' } as const]
        : []),
    ],
    description: points.map((p) => `${p.text}: ${spreadText(p)} with ${bytesText(p.bytes)}`).join('; '),
    spec: {
      width: 270,
      height: 230,
      layer: [
        {
          data: { values: points },
          mark: { type: 'line', strokeWidth: 1.2, opacity: 0.6 },
          encoding: { x, y: y('mean'), stroke: color, detail: { field: 'family' } },
        },
        {
          data: { values: points.filter(({ count }) => count > 1) },
          mark: { type: 'rule', strokeWidth: 1.2, opacity: 0.5 },
          encoding: { x, y: y('low'), y2: { field: 'high' }, stroke: color },
        },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 70, opacity: 1, stroke: card, strokeWidth: 1 },
          encoding: { x, y: y('mean'), fill: color, shape: { field: 'shape', type: 'nominal', scale: null } },
        },
      ],
    } as unknown as TopLevelSpec,
  };
}

/** A plot per ratio: the state of a pure model stays, that of a hybrid grows by its softmax layers. */
export function stateFigures(part: Part): Figure[] {
  const all = modelsOf(part).flatMap(({ counts }) => STATE_CONTEXTS.map((tokens) => counts.stateBytes[tokens]));
  const domain = [Math.min(...all) / 1.6, Math.max(...all) * 1.6] as const;
  return ratiosOf(part).map((ratio) => stateFigure(part, ratio, domain));
}

const HEIGHT = 190;

function stateFigure(
  part: Part,
  ratio: ReturnType<typeof ratiosOf>[number],
  domain: readonly [number, number],
): Figure {
  const linear = mixersOf(part).flatMap(({ mixer, family }, i) => {
    const model = modelAt(part, mixer, ratio);
    return model ? [{ family, color: familyColor(i), bytes: model.counts.stateBytes }] : [];
  });
  const full = part.transformer;
  const models = full ? [...linear, { family: full.family, color: soft, bytes: full.counts.stateBytes }] : linear;
  const last = STATE_CONTEXTS[STATE_CONTEXTS.length - 1];
  const logs = models.map(({ family, color, bytes }): Label => ({ text: family, color, at: Math.log(bytes[last]) }));
  const ends = [Math.log(domain[0]), Math.log(domain[1])] as const;
  const labels = placeLabels(logs, (13 * (ends[1] - ends[0])) / HEIGHT, ends);
  const y = {
    field: 'bytes',
    type: 'quantitative',
    scale: { type: 'log', domain, nice: false },
    axis: { ...powers(...domain), title: 'bytes of state' },
  };
  const color = { field: 'color', type: 'nominal', scale: null };
  return {
    title: ratioText(ratio),
    description: models
      .map(
        ({ family, bytes }) =>
          `${family}: ${STATE_CONTEXTS.map((t) => `${bytesText(bytes[t])} at ${tokensText(t)}`).join(', ')}`,
      )
      .join('; '),
    spec: {
      title: {
        text: ratio === 'pure' ? 'pure' : `${ratioText(ratio)} softmax`,
        anchor: 'start',
        fontSize: 12,
        color: ratioColor(part, ratio),
        offset: 6,
      },
      width: 140,
      height: HEIGHT,
      layer: [
        {
          data: {
            values: models.flatMap(({ family, color, bytes }) =>
              STATE_CONTEXTS.map((tokens) => ({ family, color, context: tokensText(tokens), bytes: bytes[tokens] })),
            ),
          },
          mark: { type: 'line', strokeWidth: 1.8 },
          encoding: {
            x: {
              field: 'context',
              type: 'ordinal',
              sort: null,
              scale: { padding: 0.1 },
              axis: { title: 'tokens of context', labelAngle: 0, grid: false },
            },
            y,
            stroke: color,
            detail: { field: 'family' },
          },
        },
        {
          data: { values: labels.map(({ text, color, place }) => ({ text, color, bytes: Math.exp(place) })) },
          mark: { type: 'text', align: 'left', baseline: 'middle', clip: false },
          encoding: { x: { value: 146 }, y, text: { field: 'text' }, fill: color },
        },
      ],
    } as unknown as TopLevelSpec,
  };
}
