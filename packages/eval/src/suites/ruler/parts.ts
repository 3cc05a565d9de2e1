// What RULER's texts are made by, for those who make them from draws that were recorded elsewhere.
export { ofItsOwn } from '../../benchmarks/made.ts';
export { documentsMaker } from './answers-in-documents.ts';
export { commonWords } from './common-words.ts';
export { drawn, inFixedOrder, recordedDraws, uuidOf } from './draws.ts';
export { countsOf, frequentWords } from './frequent-words.ts';
export { depths, type NeedleKind, type NeedleSetting, needleMaker } from './needles.ts';
export type { Essay } from './prose.ts';
export { essayOf } from './prose.ts';
export { matched, processed } from './scoring.ts';
export type { Draft, RulerMaker, RulerMaterial, RulerSample, RulerSetting } from './task.ts';
export { exampleMaker, shownExample, trackingMaker, variableTracking } from './variable-tracking.ts';
