// @twilljs/train: the optimiser, schedules and the trainer.
export { DivergenceError } from './errors.ts';
export { AdamW, type AdamWOptions, type AdamWState } from './optimizer.ts';
export { type TrainOptions, type TrainSettings, trainFields, trainOptions } from './options.ts';
export { learningRate, type Schedule } from './schedule.ts';
export type { Counters, Snapshot } from './snapshot.ts';
export type { StepRecord } from './step-record.ts';
export { Trainer, type TrainerRunOptions } from './trainer.ts';
export type { Validation } from './validation.ts';
