// @twilljs/parity: golden files of ops and models, read, and ops run under the names that these files have for them; a device, checked; steps, inspected.
export { checkDevice, type DeviceCheck } from './check-device.ts';
export { type Golden, type GoldenNumbers, readGolden } from './golden.ts';
export { type Expected, type ModelGolden, readModelGolden, readTrainGolden, type TrainGolden } from './golden-model.ts';
export { goldenOps, runGoldenOp } from './golden-ops.ts';
export { type InspectedSteps, inspectSteps } from './inspect-steps.ts';
