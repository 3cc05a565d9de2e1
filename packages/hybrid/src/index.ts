// @twilljs/hybrid: the composer, the language model, its cache and generation.
export { idsAreBytes, requireBytes, requireIds } from './bytes.ts';
export { Cache } from './cache.ts';
export { checkModel } from './check-model.ts';
export type { HybridConfig } from './config-type.ts';
export { type GenerateOptions, generate, sample } from './generate.ts';
export type { ModelReport } from './home.ts';
export { compose, type HybridOptions, hybrid, hybridConfig } from './hybrid.ts';
export { type HostIds, hostIds, type IdKind, type IdList, type Ids } from './ids.ts';
export { type Convention, fullLayers, patternLayers, type Ratio, readRatio } from './layout.ts';
export { announce } from './long.ts';
export { LanguageModel } from './model.ts';
export { mostLikely } from './most-likely.ts';
export { checkMixers, configNames, familiesIn, knownConfig } from './names.ts';
export { PreNormBlock } from './pre-norm-block.ts';
export { onReference } from './reference.ts';
export type { LossOptions, Where } from './where.ts';
