// What twill hub info says of a model: told by its configuration and the headers of its weights, of which none is read.
import { bytesText, grouped } from '@twilljs/eval';
import { type DistantTensor, type JsonObject, openWeights, planModel, readConfig } from '@twilljs/hub';
import type { OpenedFolder } from '@twilljs/hub/node';
import { compose, hybridConfig, idsAreBytes, type LanguageModel } from '@twilljs/hybrid';
import { type ModelConfig, shapesOnly } from '@twilljs/nn';
import { familiesOf } from '@twilljs/sweep';
import { isTwillError, size, type TwillError } from '@twilljs/tensor';
import { known, mixers, type PaperModel, paperModel } from 'twilljs';

export interface ModelInfo {
  readonly modelType: string | null;
  readonly layers: number | null;
  /** Places of layers with softmax attention, from 0. */
  readonly softmaxLayers: readonly number[] | null;
  readonly hiddenSize: number | null;
  readonly vocabSize: number | null;
  /** Numbers in the files; null where there are no weights to read. */
  readonly parameters: number | null;
  /** Numbers by their type: `{ BF16: 399531200 }`. */
  readonly types: Readonly<Record<string, number>>;
  readonly tensors: number;
  /** What it reads text by. */
  readonly tokenizer: string | null;
  /** Why it does not load; null where it does. */
  readonly refused: string | null;
  readonly paper:
    | (Pick<PaperModel, 'size' | 'mixer' | 'ratio' | 'guessed'> & { readonly differs: readonly string[] })
    | null;
  readonly notes: readonly string[];
}

/** @param where the path, or the name of a repository. */
export async function modelInfo(where: string, { folder, files, commit }: OpenedFolder): Promise<ModelInfo> {
  const families = familiesOf(known);
  const config = await readConfig(folder);
  const weights = await orError(() => openWeights(folder));
  const tensors = isTwillError(weights) ? new Map<string, DistantTensor>() : weights;
  const types: Record<string, number> = {};
  for (const { dtype, shape } of tensors.values()) types[dtype] = (types[dtype] ?? 0) + size(shape);
  const plan = await orError(() => (isTwillError(weights) ? weights : planModel({ config, tensors }, families, where)));
  const composed = await orError(() => compose(config, { mixers: families, init: shapesOnly() }));
  const model = isTwillError(composed) ? null : composed;
  const sum = Object.values(types).reduce((a, b) => a + b, 0);
  const { model_type, num_hidden_layers, hidden_size, vocab_size } = {
    ...config,
    ...model?.config.model,
  } as JsonObject;
  return {
    modelType: typeof model_type === 'string' ? model_type : null,
    layers: numberOrNull(num_hidden_layers),
    softmaxLayers: model ? softmaxLayers(model.config) : null,
    hiddenSize: numberOrNull(hidden_size),
    vocabSize: numberOrNull(vocab_size),
    parameters: tensors.size > 0 ? sum : null,
    types,
    tensors: tensors.size,
    tokenizer: tokenizerOf(model, files),
    refused: isTwillError(plan) ? plan.message : null,
    paper: commit === null ? null : paperFacts(where, model),
    notes: isTwillError(plan) ? [] : plan.notes,
  };
}

/** @returns what goes wrong, where it is said in words. */
async function orError<T>(run: () => T | Promise<T>): Promise<T | TwillError> {
  try {
    return await run();
  } catch (error) {
    if (isTwillError(error)) return error;
    throw error;
  }
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const softmaxLayers = ({ layers }: ModelConfig): number[] =>
  layers.flatMap(({ family }, i) => (family.role === 'softmax' ? [i] : []));

/** Files that hold a tokenizer, the one that is read first. */
const TOKENIZERS = ['tokenizer.json', 'tokenizer.model', 'spiece.model', 'vocab.json', 'vocab.txt'];

function tokenizerOf(model: LanguageModel | null, files: OpenedFolder['files']): string | null {
  const found = TOKENIZERS.flatMap((name) => files.filter(({ path }) => path === name));
  if (found.length === 0) return model && idsAreBytes(model) ? 'bytes' : null;
  const [{ path, bytes }] = found;
  return `${path} (${bytesText(bytes)})${path === TOKENIZERS[0] ? '' : ', which is not read'}`;
}

/** What the paper's names say, and in which fields a model is not what they say. */
function paperFacts(id: string, model: LanguageModel | null): ModelInfo['paper'] {
  const paper = paperModel(id);
  if (!paper) return null;
  const { config, ...facts } = paper;
  const expected = hybridConfig(config, mixers).json;
  const found = model?.config.json ?? {};
  const differs = Object.keys(expected).flatMap((key) => {
    const [is, was] = [found[key], expected[key]].map((value) => JSON.stringify(value));
    return model === null || is === was ? [] : [`${key} ${is}, not ${was}`];
  });
  return { ...facts, differs };
}

/** The lines of a model. */
export function infoLines(info: ModelInfo): string[] {
  const { parameters, types, tensors, tokenizer, refused, paper } = info;
  const weights =
    parameters === null
      ? 'none that can be read'
      : `${grouped(parameters)} parameters in ${grouped(tensors)} tensors, ${Object.keys(types).join(' and ')}`;
  return [
    `model      ${layersText(info)}`,
    `weights    ${weights}`,
    `tokenizer  ${tokenizer ?? 'none'}`,
    ...(paper ? [`paper      ${paperText(paper)}`] : []),
    `loads      ${refused === null ? 'yes' : `no: ${refused}`}`,
    ...info.notes.map((note) => `note: ${note}`),
  ];
}

function layersText({ modelType, layers, softmaxLayers, hiddenSize, vocabSize }: ModelInfo): string {
  const softmax =
    softmaxLayers === null || softmaxLayers.length === 0 || softmaxLayers.length === layers
      ? ''
      : `, ${softmaxLayers.length} of them softmax (${softmaxLayers.join(' ')}, from 0)`;
  const known = [
    `${modelType ?? 'without a model_type'}`,
    ...(layers === null ? [] : [`${layers} layers${softmax}`]),
    ...(hiddenSize === null ? [] : [`width ${grouped(hiddenSize)}`]),
    ...(vocabSize === null ? [] : [`${grouped(vocabSize)} ids`]),
  ];
  return known.join(', ');
}

function paperText({ size: of, mixer, ratio, guessed, differs }: NonNullable<ModelInfo['paper']>): string {
  const title = mixers.find(({ name }) => name === mixer)?.title;
  const what = `by its name ${title} of ${of}${ratio === 'pure' ? '' : `, one softmax layer in ${ratio}`}`;
  const known = guessed === null ? 'its configuration is confirmed' : `a guess of Twill is ${guessed}`;
  const other =
    differs.length === 0 ? '' : `; here ${differs.slice(0, 4).join('; ')}${differs.length > 4 ? '; ...' : ''}`;
  return `${what}; ${known}${other}`;
}
