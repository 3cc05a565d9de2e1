// @twilljs/nn: layers, norms, losses, the optimiser's ops and the Mixer contract.
export { gelu, geluTanh, transformersActivationNames, transformersActivations } from './activations.ts';
export { arenaOf, type ParameterArena, requireArena } from './arena.ts';
export { type AttnEntry, attnFields } from './attn-entries.ts';
export {
  type Field,
  type Fields,
  fits,
  type Given,
  headSizes,
  readFields,
  readOptions,
  requireDivides,
  type ValueOf,
  type Values,
  wanted,
} from './config.ts';
export { firstState } from './first-state.ts';
export { forgetGate, lowerBounds, sharedBounds } from './forget-gate/forget-gate.ts';
export { constant, type Initializer, initializer, normal, shapesOnly } from './initializer.ts';
export { Embedding, GatedMLP, RMSNorm, ShortConv } from './layers.ts';
export { Linear, type LowRank, projections } from './linear/layer.ts';
export type {
  Block,
  ConfiguredMixer,
  FlaTraining,
  LayerContext,
  Mixer,
  MixerFamily,
  ModelContext,
  ModelWidths,
  Rotary,
  Sequences,
  State,
} from './mixer.ts';
export { leastParameters, type ModelConfig, mlpWidth, readModelConfig } from './model-config.ts';
export {
  closedFields,
  labelFields,
  type ModelFields,
  modelFields,
  otherNames,
  placeFields,
  unreadName,
} from './model-fields.ts';
export { countParams, isOfAdapter, matrices, modules, params } from './module.ts';
export * from './ops.ts';
export { convolve, convolveThree, convStateSize, convStates, readOut } from './projection.ts';
export {
  placesFor,
  rotaryOf,
  rowsFromStart,
  SequencePlaces,
  type SequenceSizes,
  type SequencesOptions,
  sequencesOf,
} from './sequences/sequences.ts';
