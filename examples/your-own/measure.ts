// A measure of your own: how surprised a model is by the answers, in bits.
// twill eval runs/reversal --measure ./measure.ts
import type { JsonObject, Measure } from 'twilljs';

const measure: Measure = {
  name: 'surprise',
  title: 'bits per answer',
  kind: 'number',
  better: 'lower',
  async compute(model, { sets }) {
    const hardest = sets[sets.length - 1].rows;
    const shape = [hardest.B, hardest.T] as const;
    const nats = await model.evaluate({ data: hardest.inputs, shape }, { data: hardest.labels, shape });
    return { surprise: nats / Math.LN2 };
  },
  value: ({ surprise }: JsonObject) => (typeof surprise === 'number' ? surprise : undefined),
  lines: ({ surprise }: JsonObject) => [`surprise     ${Number(surprise).toFixed(3)} bits per answer`],
};

export default measure;
