// @twilljs/data/testing: rows of tasks from given draws, to compare them with rows that others made.
export { emptyBatch } from './batch.ts';
export { writeCircuit } from './tasks/circuits.ts';
export { type CompositionalDraws, writeCompositional } from './tasks/compositional-mqar.ts';
export { type ForgettingDraws, writeForgetting } from './tasks/forgetting-mqar.ts';
export { type Language, writeAnswered } from './tasks/formal/answered.ts';
export { arithmeticLanguage } from './tasks/formal/arithmetic.ts';
export { bracketsLanguage } from './tasks/formal/brackets.ts';
export { parityLanguage } from './tasks/formal/parity.ts';
export { writeCompressed } from './tasks/mad/compression.ts';
export { type Motifs, writeFuzzy } from './tasks/mad/fuzzy.ts';
export { writeMemorized } from './tasks/mad/memorization.ts';
export { writeMadRecall } from './tasks/mad/recall.ts';
export { writeSelective } from './tasks/selective-copying.ts';
export { writeProducts } from './tasks/word-problem.ts';
export { drawSlots } from './tasks/zoology.ts';
export { writeZoology } from './tasks/zoology-mqar.ts';
