// Replays goldens of RULER: made texts, from the draws that they were made with, one form for each file.
import { basename } from 'node:path';
import type { Cases } from './cases.ts';
import type { ModelOf } from './ruler/given.ts';
import { replayNeedles } from './ruler/needles.ts';
import { replayQuestionData, replayQuestions } from './ruler/questions.ts';
import { replayConstants, replayScoring } from './ruler/scoring.ts';
import { replayTracking } from './ruler/tracking.ts';
import { replayCommonWords, replayCounts, replayFrequentWords } from './ruler/words.ts';

const replays: Readonly<Record<string, (path: string, modelOf: ModelOf) => Cases | Promise<Cases>>> = {
  'niah.jsonl': replayNeedles,
  'vt.jsonl': replayTracking,
  'cwe.jsonl': replayCommonWords,
  'fwe.jsonl': replayFrequentWords,
  'fwe_counts.jsonl': replayCounts,
  'qa.jsonl': replayQuestions,
  'qa_data.jsonl': replayQuestionData,
  'scoring.jsonl': replayScoring,
  'constants.jsonl': replayConstants,
};

/** The files by their names. */
export const rulerFiles = /^(?:niah|vt|cwe|fwe|fwe_counts|qa|qa_data|scoring|constants)\.jsonl$/;

/** @param modelOf the directories of models by their names: whose tokenizers are not beside the file lie there. */
export const replayRuler = async (path: string, modelOf: ModelOf): Promise<Cases> =>
  replays[basename(path)](path, modelOf);
