// What the steps of the step benchmark run: `pnpm bench --inspect`.
import { inspectSteps } from '@twilljs/parity';
import { stepText } from '@twilljs/report';
import { device } from 'twilljs';
import { LENGTH, modelOn, modelTypes, ROWS } from './step-models.ts';

const on = await device();
for (const model_type of modelTypes) {
  using model = await modelOn(on, model_type);
  const { training, decoding } = await inspectSteps(model, [ROWS, LENGTH]);
  process.stdout.write(`${stepText(`${model_type}, a training step`, training)}\n`);
  process.stdout.write(`${stepText(`${model_type}, a decoding step`, decoding)}\n`);
}
