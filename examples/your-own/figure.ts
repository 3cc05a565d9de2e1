// A figure of your own: what every model reached beside its size.
// twill report runs/grid --figure ./figure.ts
import { type Figure, modelsOf, modelText, resultOf } from 'twilljs';

const figure: Figure = {
  name: 'efficiency',
  title: 'Result per parameter',
  draw: (part) => ({
    kind: 'table',
    caption: `${part.measures[0].title} beside the size of each model.`,
    head: ['model', part.measures[0].title, 'parameters'],
    rows: modelsOf(part).map((model) => [
      modelText(part, model),
      resultOf(part, model)?.mean.toFixed(3) ?? '–',
      String(model.counts.parameters),
    ]),
  }),
};

export default figure;
