// What was found over the layers of the models and over positions, at the end of the runs: a picture for each measure.
import { type ComparedMeasure, fitsMeasure, type LayerValue, type PositionValue } from '@twilljs/eval';
import type { Block, Picture, Section } from '../document.ts';
import { type LayerCurve, layerPictures } from '../figures/layers.ts';
import { positionCurve, positionPictures } from '../figures/position.ts';
import { capital } from '../text/stats.ts';
import { familyColor } from '../theme.ts';
import type { ComparedRun } from './compared.ts';

/** None where there is nothing of the kind. */
export function insideSections(runs: readonly ComparedRun[]): Section[] {
  const measures = [...new Set(runs.flatMap((run) => run.measures))];
  const section = (title: string, draw: (measure: ComparedMeasure) => Picture[]): Section[] => {
    const blocks = measures.flatMap((measure): Block[] => {
      const pictures = draw(measure);
      return pictures.length > 0
        ? [{ kind: 'pictures', caption: measure.about ?? `${capital(measure.title)}.`, pictures }]
        : [];
    });
    return blocks.length > 0 ? [{ title, blocks }] : [];
  };
  return [
    ...section('By position', (measure) => positionsOf(runs, measure)),
    ...section('Layer by layer', (measure) => layersOf(runs, measure)),
  ];
}

function layersOf(runs: readonly ComparedRun[], measure: ComparedMeasure): Picture[] {
  if (measure.kind !== 'byLayer') return [];
  const curves = foundIn<LayerValue>(runs, measure).map(
    ({ name, color, value }): LayerCurve => ({ name, color, found: [value] }),
  );
  return layerPictures(capital(measure.title), measure, curves);
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
