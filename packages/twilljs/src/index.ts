// twilljs: everything in one import, all mixers as one list, and the best device of the machine.
export * from '@twilljs/adapters';
export {
  Attention,
  type AttentionAttrs,
  type AttentionConfig,
  append,
  attention,
  attentionGradOp,
  attentionOp,
  type Past,
  scaledDotProductAttention,
} from '@twilljs/attention';
export * from '@twilljs/data';
export { DeltaNet, type DeltaNetConfig, deltanet } from '@twilljs/deltanet';
export * from '@twilljs/eval';
export { GatedDeltaNet, type GatedDeltaNetConfig, gatedDeltanet } from '@twilljs/gated-deltanet';
export { GLA, type GLAConfig, gla } from '@twilljs/gla';
export type { GpuJsDevice, GpuJsMode } from '@twilljs/gpujs';
export { HGRN, type HGRNConfig, hgrn } from '@twilljs/hgrn';
export { HGRN2, type HGRN2Config, hgrn2 } from '@twilljs/hgrn2';
export * from '@twilljs/hub';
export * from '@twilljs/hybrid';
export * from '@twilljs/nn';
export * from '@twilljs/report';
export { RetNet, type RetNetConfig, retnet } from '@twilljs/retnet';
export * from '@twilljs/scan';
export * from '@twilljs/sweep';
export * from '@twilljs/tensor';
export * from '@twilljs/tokenizers';
export * from '@twilljs/train';
export * from '@twilljs/wasm';
export { type WebGpuDevice, type WebGpuOptions, webgpu } from '@twilljs/webgpu';
export { hybrid, load, modelFromFiles } from './defaults.ts';
export { type DeviceOptions, device } from './device.ts';
export { known } from './known.ts';
export { madScore, madSpec } from './mad.ts';
export { mixers } from './mixers.ts';
export { guessedOf, modelName, namedModels } from './named-models.ts';
export { paper } from './paper.ts';
export { type PaperModel, paperModel, paperRepositories } from './paper-names.ts';
export { profiles } from './profiles.ts';
export { modelSizes, otherModels } from './sizes.ts';
export { study } from './study.ts';
export { bestOnText, studySentence, studyTable } from './study-words.ts';
export { type SuiteOptions, suites, suitesOf } from './suites.ts';
export { type SweepPreset, sweepPresets } from './sweep-presets.ts';
export { tasks } from './tasks.ts';
export { yardstick } from './yardstick.ts';
