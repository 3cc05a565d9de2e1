// What needs files.
export { type DatasetRowsOptions, datasetRows } from './rows/dataset-rows.ts';
