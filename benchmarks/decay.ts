// Recurrences that only add, on the wasm device: kernels against their definitions.
import { elementwiseGradOp, elementwiseOp, scalarDecayGradOp, scalarDecayOp } from '@twilljs/scan';
import { decayInputs, elementwiseInputs } from '../packages/scan/src/cases.test-data.ts';
import { label, measureRecurrence } from './recurrence.ts';

const decay = [
  { B: 4, T: 256, H: 2, K: 24, V: 48, gates: 'fixed' },
  { B: 4, T: 256, H: 2, K: 24, V: 48, gates: 'mild' },
  { B: 32, T: 64, H: 2, K: 24, V: 48, gates: 'fixed' },
  { B: 1, T: 512, H: 2, K: 128, V: 256, gates: 'fixed' },
  { B: 8, T: 1, H: 4, K: 64, V: 64, gates: 'fixed' },
] as const;
const elementwise = [
  { B: 4, T: 256, D: 48 },
  { B: 32, T: 64, D: 48 },
  { B: 1, T: 512, D: 1024 },
];

for (const size of decay) {
  const fixed = size.gates === 'fixed';
  await measureRecurrence({
    benchmark: 'decay',
    case: `scalarDecay ${label(size)}${fixed ? ' fixed' : ''}`,
    op: scalarDecayOp,
    gradOp: scalarDecayGradOp,
    attrs: { scale: 0.2 },
    gradAttrs: { scale: 0.2, gates: !fixed },
    inputs: decayInputs(size),
  });
}
for (const size of elementwise) {
  await measureRecurrence({
    benchmark: 'decay',
    case: `elementwise B=${size.B} T=${size.T} D=${size.D}`,
    op: elementwiseOp,
    gradOp: elementwiseGradOp,
    attrs: {},
    inputs: elementwiseInputs(size),
  });
}
