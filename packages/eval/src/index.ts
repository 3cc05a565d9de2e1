// @twilljs/eval: recall, state tracking and language-model measurements.

export { aggregations, pooledError, unweightedError, weightedMean } from './benchmarks/aggregation.ts';
export type {
  Aggregation,
  Benchmark,
  ColumnKind,
  Cutting,
  Dataset,
  Made,
  Maker,
  MakerFile,
  Making,
  Metric,
  PromptForm,
  Published,
  Row,
  Shots,
  Suite,
  Value,
} from './benchmarks/benchmark.ts';
export { benchmarksIn, evaluateBenchmarks, RESAMPLES } from './benchmarks/evaluate.ts';
export { type GenerationParts, generation } from './benchmarks/generation.ts';
export { type HarnessFacts, harnessResults, sanitised as harnessFolder } from './benchmarks/harness-results.ts';
export { type HarnessSample, harnessSamples } from './benchmarks/harness-samples.ts';
export { lackingOf, withoutLacking } from './benchmarks/lacking.ts';
export { type LastWordParts, lastWord } from './benchmarks/last-word.ts';
export { type ChoiceMetric, type Choices, choiceMetrics } from './benchmarks/metrics.ts';
export { type ChoiceBenchmark, type MultipleChoiceParts, multipleChoice } from './benchmarks/multiple-choice.ts';
export type {
  BenchmarkResult,
  Evaluating,
  Figures,
  GroupResult,
  Rows,
  Sample,
  SuiteResults,
} from './benchmarks/results.ts';
export { type RollingParts, rolling } from './benchmarks/rolling.ts';
export { SHOT_SEED } from './benchmarks/shots.ts';
export { type DecodeSpeed, decodeSpeed, stateBytes, trainingFlops } from './cost.ts';
export type { Estimate } from './estimate.ts';
export { type ExerciseProbe, type ExercisesParts, exercises } from './exercises.ts';
export { type LayerPass, layerPasses, type RanOp, type Seen } from './inside/passes.ts';
export {
  type CopyingResult,
  type DocumentsResult,
  evaluateCopying,
  evaluateDocuments,
  evaluateWindows,
  type WindowsResult,
} from './language.ts';
export { type LossUnit, lossUnitOf } from './loss-unit.ts';
export {
  type ComparedMeasure,
  compared,
  type EvaluationSet,
  fitsMeasure,
  INFINITE,
  type LayerValue,
  type Measure,
  type MeasureValue,
  type Measuring,
  type PositionValue,
  type Probe,
  type ToldMeasure,
} from './measure.ts';
export { accuracy } from './measures/accuracy.ts';
export { largestActivation, largestOverMedian } from './measures/activations.ts';
export { bitsByLength } from './measures/bits-by-length.ts';
export { bitsByPosition, bitsPerByte } from './measures/bits-per-byte.ts';
export { mixerBranch, mlpBranch } from './measures/branches.ts';
export { type LayerMeasureParts, type LayerPart, layerMeasure, meanOfParts } from './measures/by-layer.ts';
export { copyGain } from './measures/copy-gain.ts';
export { cost, countsOf, type ModelCounts, STATE_CONTEXTS, speed } from './measures/cost.ts';
export { firstTokenMass } from './measures/first-token-mass.ts';
export { meanForgetGate } from './measures/forget-gate.ts';
export { inContextLearning } from './measures/in-context.ts';
export { lossByPosition } from './measures/loss-by-position.ts';
export { macroAccuracy, macroOf, plainAccuracy } from './measures/macro-accuracy.ts';
export { memoryLength } from './measures/memory-length.ts';
export { scaledAccuracy } from './measures/scaled-accuracy.ts';
export { accuracyInSequences, sequenceAccuracy } from './measures/sequence-accuracy.ts';
export { bytesText, grouped, tokensText } from './numbers.ts';
export { type Overlap, overlaps } from './overlap.ts';
export * as pythonText from './python/python-text.ts';
export { familiesWith, requireReadout, withReadout } from './readout.ts';
export { type Answering, type AnswerProgress, type AnswerStore, answerRequests } from './requests/answer.ts';
export { type Encoding, encodingOf } from './requests/encoding.ts';
export { generationOptions, type Prompt, promptOf } from './requests/generation.ts';
export { type ReadOptions, readTokens } from './requests/read-tokens.ts';
export type {
  Answer,
  GenerationAnswer,
  GenerationOptions,
  GenerationRequest,
  LoglikelihoodAnswer,
  LoglikelihoodRequest,
  Request,
  RollingAnswer,
  RollingRequest,
} from './requests/request.ts';
export { disjoint, type RollingOptions, type RollingWindow, rollingWindows } from './requests/rolling.ts';
export { splitPair, truncated } from './requests/split.ts';
export { cutAtStops } from './requests/stops.ts';
export type { TokenAnswer, TokenRequest } from './requests/token-request.ts';
export { meanOf, type Place, type Scores, score } from './score.ts';
export { lmSuite } from './suites/lm/index.ts';
export { type DepthCell, type DepthGrid, depthGrid } from './suites/needles/depths.ts';
export { elevenDepths, type GridOptions } from './suites/needles/grid.ts';
export { type NeedlesOptions, needlesSuite } from './suites/needles/index.ts';
export { needleInText, type OwnTextOptions } from './suites/needles/own-text.ts';
export { type PasskeyOptions, passkeyGrid } from './suites/needles/passkey.ts';
export { type PhonebookOptions, phonebook } from './suites/needles/phonebook.ts';
export { recallSuite, recallTwiceSuite } from './suites/recall/index.ts';
export { type RulerOptions, rulerBenchmark } from './suites/ruler/benchmark.ts';
export { rulerSuite, rulerTasks } from './suites/ruler/index.ts';
export * as rulerParts from './suites/ruler/parts.ts';
export { hotpotQuestions, type Question, type Questions, squadQuestions } from './suites/ruler/questions.ts';
export { type LengthWeights, overLengths } from './suites/ruler/scoring.ts';
export type { RulerForm, RulerTask } from './suites/ruler/task.ts';
export type { WordLists } from './suites/ruler/words.ts';
export { madProtocol } from './suites/synthetic/mad.ts';
export {
  paperPresets,
  presetName,
  quickPresets,
  type Skill,
  type SyntheticPreset,
} from './suites/synthetic/presets.ts';
export type { Protocol, ProtocolSetting, ProtocolTask } from './suites/synthetic/protocol.ts';
export { evaluateTask, type TaskOptions, type TaskResult } from './task.ts';
export {
  betterOf,
  brokenText,
  detailLines,
  linesOf,
  type MeasuredText,
  type MeasureTaskOptions,
  measuredText,
  measuresOf,
  measureTask,
  type ProbeGiven,
  settingsToRecord,
  type TaskFamily,
  type TaskSettings,
  type TaskText,
  type TaskWords,
  type TrainingGiven,
  taskNamed,
  taskRecord,
  taskSettings,
  valuesOf,
} from './task-family.ts';
export { circuitsTask } from './tasks/circuits.ts';
export { ngramLookupTask, stringCopyingTask } from './tasks/copying.ts';
export { formalParityTask, modularArithmeticBracketsTask, modularArithmeticTask } from './tasks/formal.ts';
export {
  madCompressionTask,
  madFuzzyRecallTask,
  madMemorizationTask,
  madNoisyRecallTask,
  madRecallTask,
  selectiveCopyingTask,
} from './tasks/mad.ts';
export {
  mqarCompositionalTask,
  mqarForgettingTask,
  mqarTask,
  mqarUniformTask,
  mqarZoologyTask,
} from './tasks/mqar.ts';
export { parityTask } from './tasks/parity.ts';
export { type TextProbe, textTask } from './tasks/text.ts';
export { wordProblemTask } from './tasks/word-problem.ts';
export { evaluateWhole, type WholeOptions, type WholeResult } from './whole.ts';
