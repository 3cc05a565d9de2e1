// What needs files.
export { type AnswersFile, openAnswers } from './requests/answers-file.ts';
export type { AnswersKey } from './requests/answers-key.ts';
export { type DatasetRowsOptions, datasetRows } from './rows/dataset-rows.ts';
