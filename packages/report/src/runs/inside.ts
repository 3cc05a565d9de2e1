// What was found over the layers of the models and over positions, at the end of the runs: a picture for each measure.
import { type ComparedMeasure, fitsMeasure, type LayerValue, type PositionValue } from '@twilljs/eval';
import type { Block, Picture, Section } from '../document.ts';
import { type LayerCurve, layerPictures, layerTables } from '../figures/layers.ts';
import { positionCurve, positionPictures } from '../figures/position.ts';
import { capital } from '../text/stats.ts';
import { familyColor } from '../theme.ts';
import type { ComparedRun } from './compared.ts';

/** None where there is nothing of the kind. */
export function insideSections(runs: readonly ComparedRun[]): Section[] {
  const measures = [...new Set(runs.flatMap((run) => run.measures))];
  const sections = [
    { title: 'By position', blocks: measures.flatMap((measure) => pictured(measure, positionsOf(runs, measure))) },
    { title: 'Layer by layer', blocks: measures.flatMap((measure) => layersOf(runs, measure)) },
  ];
  return sections.filter(({ blocks }) => blocks.length > 0);
}

const pictured = ({ about, title }: ComparedMeasure, pictures: readonly Picture[]): Block[] =>
  pictures.length > 0 ? [{ kind: 'pictures', caption: about ?? `${capital(title)}.`, pictures }] : [];

function layersOf(runs: readonly ComparedRun[], measure: ComparedMeasure): Block[] {
  if (measure.kind !== 'byLayer') return [];
  const curves = foundIn<LayerValue>(runs, measure).map(
    ({ name, color, value }): LayerCurve => ({ name, color, found: [value] }),
  );
  const title = capital(measure.title);
  return [...pictured(measure, layerPictures(title, measure, curves)), ...layerTables(title, curves)];
}

function positionsOf(runs: readonly ComparedRun[], measure: ComparedMeasure): Picture[] {
  if (measure.kind !== 'byPosition') return [];
  const found = foundIn<PositionValue>(runs, measure);
  const curves = found.flatMap(({ name, color, value }) => positionCurve(name, color, measure, [value]));
  const owner = runs.find(({ measures }) => measures.includes(measure)) as ComparedRun;
  return positionPictures(capital(measure.title), owner, measure, curves);
}

/** Of the runs that have it. */
function foundIn<Value>(runs: readonly ComparedRun[], measure: ComparedMeasure) {
  return runs.flatMap(({ name, measures, metrics: { validation } }, i) => {
    const value = validation && measures.includes(measure) ? measure.value(validation) : null;
    if (!fitsMeasure(measure, value) || value === null) return [];
    return [{ name, color: familyColor(i), value: value as unknown as readonly Value[] }];
  });
}
