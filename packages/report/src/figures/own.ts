// The sections that every report has, part by part, as figures.

import { type ComparedMeasure, tokensText } from '@twilljs/eval';
import { isRatio } from '../axis.ts';
import { type Block, type Picture, paragraph, type Section } from '../document.ts';
import type { Reference } from '../options.ts';
import { isClosed, linesText, mainOf, modelsOf, nounOf, type Part, resultOf, shortText, whereText } from '../part.ts';
import { besideTable, resultTable, stateTable } from '../tables.ts';
import { capital } from '../text/stats.ts';
import { soft } from '../theme.ts';
import { seedsOf, taskText, trainedText } from '../words.ts';
import { curvePictures } from './curves.ts';
import { dots } from './dots.ts';
import type { Figure } from './figure.ts';
import { valueKeys } from './keys.ts';
import { byLayer, layersOfPart } from './layers.ts';
import { byLength } from './length.ts';
import { elsewhere, over } from './over.ts';
import { byPosition } from './position.ts';
import { AT, overState, statePictures } from './state.ts';

/** Seeds one by one where the axis is a few categories and the measure has two ends, or there is nothing to draw over. */
const isDotted = (part: Part): boolean =>
  part.x.values.length < 2 || (isClosed(mainOf(part)) && part.x.scale === 'ordinal');

export const measured: Figure = {
  name: 'measured',
  title: 'Measured',
  draw: (part): Section => ({
    title: part.title,
    blocks: [paragraph(taskText(part)), ...pictured(part), resultTable(part)],
  }),
};

/** Nothing where no model has a number. */
function pictured(part: Part): Block[] {
  if (!modelsOf(part).some((model) => resultOf(part, model))) return [];
  const first = isDotted(part)
    ? dots(part)
    : over(part, `${capital(nounOf(part))} over ${part.x.name}`, whereText(part));
  const state = overState(part);
  const seeds = seedsOf(part).length > 1 ? ' Bars reach from the smallest to the largest seed.' : '';
  const memory = `Bytes of state are counted at ${tokensText(AT)} tokens; what is measured comes from the length of training.`;
  const kind = linesText(part).slice(0, -1);
  const [rows, means] = isDotted(part)
    ? [`A row per ${kind} with a dot per seed`, 'the means']
    : [`A thin line per ${kind}, the bold one is their mean`, 'the same'];
  const also = state ? `; and ${means} over what the models keep in memory. ${memory}` : '.';
  const caption = `${rows}${also}${seeds} ${trainedText(part)}`;
  return [
    { kind: 'pictures', caption, pictures: [...(part.lines.length > 0 ? [first] : []), ...(state ? [state] : [])] },
  ];
}

export const memory: Figure = {
  name: 'memory',
  title: 'Memory',
  draw(part): Section {
    const text = 'A linear layer keeps a state of fixed size, a softmax layer the keys and values of every token.';
    return {
      title: `Memory: ${part.title.toLowerCase()}`,
      blocks: [
        paragraph(text),
        {
          kind: 'pictures',
          caption:
            'Bytes of state over tokens of context; bytes grow by factors, contexts stand side by side. Counted, not measured.',
          pictures: statePictures(part),
          small: true,
        },
        stateTable(part),
      ],
    };
  },
};

/** A part beside what somebody else found on its task. */
export const besideOf = (reference: Reference): Figure => ({
  name: reference.name,
  title: `Beside the ${reference.name}`,
  draw(part) {
    const table = tableFor(reference, part);
    if (!table || part.lines.length === 0) return null;
    const most = Math.max(...modelsOf(part).map(({ counts }) => counts.parameters));
    const pictures = [elsewhere(reference, table, part), ...(part.x.values.length > 1 ? [over(part, 'Here')] : [])];
    return {
      title: `Beside the ${reference.name}: ${part.title.toLowerCase()}`,
      blocks: [
        paragraph(reference.about(most)),
        { kind: 'pictures', caption: table.note, pictures },
        besideTable(part, reference, table),
      ],
    };
  },
});

/** It asks the same where the softmax share is what differs. */
export const tableFor = ({ tables }: Reference, { task, x }: Part) =>
  isRatio(x) ? tables.find((table) => table.task === task.name) : undefined;

export const positions: Figure = {
  name: 'positions',
  title: 'By position',
  draw(part) {
    const blocks = measureBlocks(part, 'byPosition', byPosition);
    return blocks.length > 0
      ? { title: `${capital(nounOf(part))} by position: ${part.title.toLowerCase()}`, blocks }
      : null;
  },
};

export const layers: Figure = {
  name: 'layers',
  title: 'Layer by layer',
  draw(part) {
    const blocks = measureBlocks(part, 'byLayer', byLayer, layersOfPart);
    return blocks.length > 0 ? { title: `Layer by layer: ${part.title.toLowerCase()}`, blocks } : null;
  },
};

export const lengths: Figure = {
  name: 'lengths',
  title: 'Beyond training',
  draw(part) {
    const blocks = measureBlocks(part, 'byDifficulty', byLength);
    return blocks.length > 0 ? { title: `Beyond training: ${part.title.toLowerCase()}`, blocks } : null;
  },
};

/** A block for each measure of a kind that was found. */
function measureBlocks(
  part: Part,
  kind: ComparedMeasure['kind'],
  draw: (part: Part, measure: ComparedMeasure) => Picture[],
  behind: (part: Part, measure: ComparedMeasure) => Block[] = () => [],
): Block[] {
  return part.measures.flatMap((measure): Block[] => {
    if (measure.kind !== kind) return [];
    const pictures = draw(part, measure);
    const caption = `${measure.about ?? `${capital(measure.title)}.`} ${trainedText(part)}`;
    return [
      ...(pictures.length > 0 ? [{ kind: 'pictures', caption, pictures } as const] : []),
      ...behind(part, measure),
    ];
  });
}

export const learning: Figure = {
  name: 'learning',
  title: 'Learning curves',
  draw(part) {
    const pictures = curvePictures(part);
    if (pictures.length === 0) return null;
    const behind = part.full.map((model) => ({ label: shortText(part, model), color: soft, mark: 'dash' }) as const);
    const about = part.task.words?.curves;
    return {
      kind: 'pictures',
      caption: `Training loss, a line per seed.${about ? ` ${about}` : ''} ${trainedText(part)}`,
      keys: [...valueKeys(part.x, 'line'), ...behind],
      pictures,
      small: true,
    };
  },
};
