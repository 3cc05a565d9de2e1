// Bytes of state: what a model is worth for them, and how they grow with the context.
import { bytesText, STATE_CONTEXTS, tokensText } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import { ratioAxis, valueText } from '../axis.ts';
import type { Picture } from '../document.ts';
import {
  betterText,
  isClosed,
  type Model,
  mainOf,
  modelsOf,
  nounOf,
  type Part,
  ratioText,
  resultOf,
  settingText,
  shortText,
  statesOf,
  whereText,
} from '../part.ts';
import { capital, spreadText } from '../text/stats.ts';
import { card, lineColors, soft, valueColor } from '../theme.ts';
import { lineKeys } from './keys.ts';
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

/** Null where all models keep the same. */
export function overState(part: Part): Picture | null {
  const main = mainOf(part);
  const lines = lineColors(part);
  const points = modelsOf(part).flatMap((model) => {
    const spread = resultOf(part, model);
    const [line, color] = [...lines].find(([{ models }]) => models.includes(model)) ?? [null, soft];
    const shape = model.isSoftmax ? 'diamond' : model.ratio === 'pure' ? 'circle' : 'square';
    const text = shortText(part, model);
    const bytes = model.counts.stateBytes[AT];
    return spread ? [{ ...spread, bytes, family: line?.name ?? text, shape, color, text }] : [];
  });
  const title = `${main.title}${whereText(part)}${betterText(main)}`;
  const bytes = points.map((p) => p.bytes);
  if (new Set(bytes).size < 2 && part.lines.length > 0) return null;
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
    scale: {
      domain: isClosed(main) ? main.range : domainOf([{ points: points.map((spread) => ({ spread })) }]),
      nice: false,
    },
    axis: { title, tickCount: 5 },
  });
  const color = { field: 'color', type: 'nominal', scale: null };
  return {
    title: `${capital(nounOf(part))} over bytes of state`,
    keys: [
      ...lineKeys(part),
      { label: 'pure', color: soft, mark: 'dot' },
      ...(modelsOf(part).some(({ ratio }) => ratio !== 'pure')
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
    },
  };
}

/** A plot per ratio: the state of a pure model stays, that of a hybrid grows by its softmax layers. */
export function statePictures(part: Part): Picture[] {
  const all = modelsOf(part).flatMap(({ counts }) => STATE_CONTEXTS.map((tokens) => counts.stateBytes[tokens]));
  const domain = [Math.min(...all) / 1.6, Math.max(...all) * 1.6] as const;
  const ratios = ratioAxis(
    modelsOf(part)
      .filter(({ isSoftmax }) => !isSoftmax)
      .map(({ ratio }) => ratio),
  );
  return ratios.values.map((value) =>
    statePicture(
      part,
      value.key as Ratio,
      { title: valueText(ratios, value), color: valueColor(ratios, value) },
      domain,
    ),
  );
}

const [HEIGHT, LABEL] = [190, 13];

interface State {
  readonly family: string;
  readonly color: string;
  readonly bytes: Model['counts']['stateBytes'];
}

/** Those of one ratio, and of softmax alone. */
function statesAt(part: Part, ratio: Ratio): State[] {
  const lines = lineColors(part);
  return statesOf(part)
    .filter(({ model }) => model.isSoftmax || model.ratio === ratio)
    .map(({ model, isAlone }) => ({
      family: isAlone ? model.family : settingText(part, model),
      color: [...lines].find(([{ models }]) => models.includes(model))?.[1] ?? soft,
      bytes: model.counts.stateBytes,
    }));
}

function statePicture(
  part: Part,
  ratio: Ratio,
  head: { readonly title: string; readonly color: string },
  domain: readonly [number, number],
): Picture {
  const models = statesAt(part, ratio);
  const height = Math.max(HEIGHT, LABEL * models.length);
  const last = STATE_CONTEXTS[STATE_CONTEXTS.length - 1];
  const logs = models.map(({ family, color, bytes }): Label => ({ text: family, color, at: Math.log(bytes[last]) }));
  const ends = [Math.log(domain[0]), Math.log(domain[1])] as const;
  const labels = placeLabels(logs, (LABEL * (ends[1] - ends[0])) / height, ends);
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
      title: { text: head.title, anchor: 'start', fontSize: 12, color: head.color, offset: 6 },
      width: 140,
      height,
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
    },
  };
}
