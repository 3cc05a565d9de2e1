// @twilljs/eval: recall, state tracking and language-model measurements.
export { type DecodeSpeed, decodeSpeed, stateBytes, trainingFlops } from './cost.ts';
export { type Estimate, estimate } from './estimate.ts';
export {
  type CopyingResult,
  type DocumentsResult,
  evaluateCopying,
  evaluateDocuments,
  evaluateWindows,
  type WindowsResult,
} from './language.ts';
export { meanByPosition, meanOf, type Place, type Scores, score } from './score.ts';
export { evaluateTask, type TaskOptions, type TaskResult } from './task.ts';
export { evaluateWhole, type WholeOptions, type WholeResult } from './whole.ts';
