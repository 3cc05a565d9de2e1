// @twilljs/train: optimisers, schedules and the trainer.
export { DivergenceError } from './errors.ts';
export { type ParameterGroup, trainedOf } from './groups.ts';
export type { Moments, OptimizerState, OptimizerValue } from './optimizer.ts';
export { type AdamWOptions, adamw, type MuonOptions, muon, type Optimizer } from './optimizers.ts';
export { type TrainOptions, type TrainSettings, trainFields, trainOptions } from './options.ts';
export { learningRate, type Schedule } from './schedule.ts';
export type { Counters, Snapshot } from './snapshot.ts';
export type { StepRecord } from './step-record.ts';
export { type Trainable, type TrainedParameter, trainable } from './trainable.ts';
export { Trainer, type TrainerRunOptions } from './trainer.ts';
export type { Validation } from './validation.ts';
