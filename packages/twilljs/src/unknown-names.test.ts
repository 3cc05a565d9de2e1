// A misspelt name never becomes a default: every bag of options and every configuration that a person writes refuses it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import * as all from './index.ts';
import * as node from './node.ts';
import { optionBags } from './option-bags.test-data.ts';

const { known, mixers, cpu, rng, tensor, ones, zeros } = all;
const home = mkdtempSync(join(tmpdir(), 'twill-names-'));
afterAll(() => rmSync(home, { recursive: true }));
const fresh = () => mkdtempSync(join(home, 'x-'));

const config = { model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 2, vocab_size: 16 };
const attn = { layers: [1], num_heads: 2, window_size: 4 };
const init = all.shapesOnly();
const model = await all.hybrid({ ...config, intermediate_size: 8 }, { mixers, init: all.initializer(0) }).to(cpu());
const textModel = await all.hybrid({ ...config, vocab_size: 256 }, { mixers, init: all.initializer(0) }).to(cpu());
await node.save(join(home, 'model'), model);
const files = await all.filesOfModel(model);
const small = () => all.hybrid({ ...config, intermediate_size: 8 }, { mixers, init });
const adapter = await all.addAdapter(model, { peft_type: 'STATE' });
await node.saveAdapter(join(home, 'adapter'), adapter);
await adapter.remove();

const source = rng(0);
const tokens = Uint8Array.from({ length: 400 }, (_, i) => i % 16);
const documents = [tokens, tokens];
const task = () => all.mqar({ length: 8, vocab: 16, pairs: 2, batch: 2, source });
const batches = all.windows({ tokens, length: 8, batch: 2, source });
const measure = () => ({});
const x = ones([1, 2, 1, 4]); // [B,T,H,K]
const gates = zeros([1, 2, 1]); // [B,T,H]
const square = tensor([1, 0, 0, 1], [1, 2, 2]);
const flat = () => zeros([3]);
const rows = () => zeros([2, 3]);
const textFile = join(home, 'text.txt');
writeFileSync(textFile, 'Call me Ishmael.');
const run = {
  ...{ model, source: batches, training: { steps: 1 }, seed: 0, data: {}, command: ['twill'], resume: false },
  ...{ checkpoints: { every: 1, keep: 1 }, validation: { every: 1, measure } },
};
const needles = { lengths: [64], depths: [50], samples: 1, seed: 0 };
const lists = { adjectives: ['red'], nouns: ['fox'], verbs: ['run'] };
const questions = { documents: ['a'], questions: [] };
const ruler = {
  ...{ lengths: [256], samples: 1, seed: 0, form: 'official', words: lists, essay: 'One. Two.' },
  ...{ squad: questions, hotpot: questions },
};
const rates = { beta1: 0.9, beta2: 0.95, eps: 1e-8 };
const size = {
  name: 'tiny',
  model: { hidden_size: 8, num_hidden_layers: 2 },
  attn: { num_heads: 2 },
  mixers: { gla: {} },
};
const grid = {
  ...{ name: 'recall', task: 'recall', mixers: ['gla'], ratios: ['pure'], sizes: [size], seeds: [0] },
  ...{ training: { steps: 2, lr: 0.01 }, data: { length: 8, batch: 2, pairs: 2, vocab: 16 } },
};
const spec = (changes: object = {}) => all.readSweepSpec({ name: 'small', grids: [{ ...grid, ...changes }] }, known);
const loaded = {
  directory: 'sweep',
  known: all.known,
  results: { version: 1, spec: spec(), cells: [] },
  record: null,
  machines: [],
  unfinished: [],
} as const;
mkdirSync(join(home, 'evals'));
writeFileSync(
  join(home, 'evals/results_now.json'),
  JSON.stringify({ results: { a: { 'acc,none': 1 } }, 'n-samples': { a: { original: 1, effective: 1 } } }),
);
mkdirSync(join(home, 'sweep'));
writeFileSync(join(home, 'sweep/sweep.json'), JSON.stringify({ version: 1, spec: spec(), corpus: null, origin: null }));
const swept = {
  spec: spec(),
  cells: [],
  text: null,
  jobs: 1,
  device: 'cpu',
  threads: 1,
  command: [],
  run: async () => {},
};

const [{ config: cellConfig, data, training }] = all.planSweep(spec(), known);
const job = {
  ...{ directory: '', task: 'mqar', options: data, text: null, measures: [], modules: [] },
  ...{ config: cellConfig, training, seed: 0, device: 'cpu', threads: null, command: [] },
};

const tokenizerJson = JSON.stringify({ model: { type: 'BPE', vocab: { a: 0 }, merges: [] } });

type Bag = Readonly<Record<string, unknown>>;

/** Nothing is in the cache, and nobody is asked. */
function refusedByHub(error: unknown): void {
  if (!(error instanceof node.HubError)) throw error;
}

/** What takes a bag, and one that is right. Named as `optionBags` names them; parts of a bag have the path of their fields. */
const bags: Record<string, [take: (bag: never) => unknown, right: Bag]> = {
  'Tensor.band: attrs': [(bag) => square.band(bag), { low: 0, high: 0, fill: 0 }],
  'Tensor.matmul: options': [(bag) => square.matmul(square, bag), { transposeA: true, transposeB: true }],
  'buildReport: options': [(options) => node.buildReport([loaded], options), { ...all.study }],
  'LanguageModel.loss: options': [
    (bag) => model.loss([[1, 2, 3]], undefined, bag),
    { lengths: [2], weight: 0.5, recompute: true },
  ],
  'Trainer.run: options': [
    (bag) => new all.Trainer(model, { steps: 1 }).run(batches, bag).next(),
    { validation: run.validation, exactAt: () => false },
  ],
  'Trainer.run: options.validation': [
    (validation) => new all.Trainer(model, { steps: 1 }).run(batches, { validation }).next(),
    run.validation,
  ],
  'muonUpdate: attrs': [
    (bag) => all.muonUpdate(rows(), rows(), rows(), tensor([0.1, 1, 1], [3]), bag),
    { momentum: 0.9, nesterov: true, weight_decay: 0, adjust_lr_fn: 'original' },
  ],
  'newtonSchulz: options': [(bag) => all.newtonSchulz(rows(), bag), { steps: 2 }],
  'addAdapter: config': [
    (bag) => all.addAdapter(small(), bag),
    { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q_proj'], use_rslora: true },
  ],
  'addAdapter: options': [(bag) => all.addAdapter(small(), { peft_type: 'STATE' }, bag), { seed: 1 }],
  'loadAdapter: options': [
    (bag) => node.loadAdapter(small(), join(home, 'adapter'), bag),
    { revision: 'main', signal: new AbortController().signal },
  ],
  'adamwUpdate: attrs': [
    (bag) => all.adamwUpdate(flat(), flat(), flat(), flat(), tensor([0.1, 1, 1], [3]), bag),
    { ...rates, weight_decay: 0 },
  ],
  'assign: options': [(bag) => all.assign(flat(), flat(), bag), { add: true }],
  'clipFactor: options': [
    (bag) => all.clipFactor(flat(), 1, bag),
    { scale: 0.5, blocks: all.normBlocks([{ from: 0, size: 3 }], cpu()), loss: ones([]) },
  ],
  'compose: options': [(bag) => all.compose(config, bag), { mixers, init, device: async () => cpu() }],
  'configOf: ModelSize': [(bag) => all.configOf(bag, 'gla', 'pure'), size],
  'copies: options': [(bag) => all.copies(bag), { tokens, count: 2, source, span: 8, distance: 16, context: 4 }],
  'circuits: options': [(bag) => all.circuits(bag), { circuit: 'majority', length: 8, vocab: 8, batch: 2, source }],
  'compositionalMqar: options': [
    (bag) => all.compositionalMqar(bag),
    { length: 12, vocab: 30, pairs: 1, power: 1, filler: 'zero', examples: 4, batch: 2, source },
  ],
  'forgettingMqar: options': [
    (bag) => all.forgettingMqar(bag),
    { length: 12, vocab: 30, pairs: 2, updates: 1, power: 1, filler: 'zero', examples: 4, batch: 2, source },
  ],
  'formalParity: options': [(bag) => all.formalParity(bag), { length: 8, shortest: 4, batch: 2, source }],
  'modularArithmetic: options': [(bag) => all.modularArithmetic(bag), { length: 8, shortest: 5, batch: 2, source }],
  'modularArithmeticBrackets: options': [
    (bag) => all.modularArithmeticBrackets(bag),
    { length: 8, shortest: 5, multiply: true, batch: 2, source },
  ],
  'ngramLookup: options': [
    (bag) => all.ngramLookup(bag),
    { length: 8, alphabet: 9, gram: 2, answer: 1, key: 'suffix', batch: 2, source },
  ],
  'compression: options': [(bag) => all.compression(bag), { length: 8, vocab: 16, examples: 4, batch: 2, source }],
  'fuzzyRecall: options': [
    (bag) => all.fuzzyRecall(bag),
    { length: 16, vocab: 16, keySize: 2, valueSize: 1, examples: 4, batch: 2, source },
  ],
  'memorization: options': [
    (bag) => all.memorization(bag),
    { length: 8, vocab: 16, map: 1, examples: 4, batch: 2, source },
  ],
  'madRecall: options': [
    (bag) => all.madRecall(bag),
    { length: 8, vocab: 16, queries: 'one', noiseVocab: 4, noise: 0.5, examples: 4, batch: 2, source },
  ],
  'selectiveCopying: options': [
    (bag) => all.selectiveCopying(bag),
    { length: 12, vocab: 8, copied: 2, examples: 4, batch: 2, source },
  ],
  'stringCopying: options': [(bag) => all.stringCopying(bag), { length: 4, alphabet: 8, batch: 2, source }],
  'needleInText: options': [
    (bag) => all.needleInText(bag),
    { ...needles, text: 'One. Two.', needle: 'It is 7.', question: 'It is', answers: ['7'] },
  ],
  'passkeyGrid: options': [(bag) => all.passkeyGrid(bag), { ...needles, words: lists }],
  'needlesSuite: NeedlesOptions': [(bag) => all.needlesSuite(bag), { lengths: [64], seed: 0, text: 'One. Two.' }],
  'suitesOf: SuiteOptions': [
    (bag) => all.suitesOf(bag),
    {
      ...{ lengths: [256], seed: 0, form: 'official', essay: 'One.', squad: questions, hotpot: questions },
      text: 'One.',
    },
  ],
  'phonebook: options': [(bag) => all.phonebook(bag), { entries: [4], samples: 1, examples: 2, seed: 0 }],
  'rulerBenchmark: options': [(bag) => all.rulerBenchmark(all.rulerTasks[0], bag), { ...ruler }],
  'rulerSuite: options': [(bag) => all.rulerSuite(bag), { ...ruler }],
  'wordProblem: options': [
    (bag) => all.wordProblem(bag),
    { group: 'S3', elements: 'swaps', length: 4, examples: 4, batch: 2, source },
  ],
  'coveringWindows: options': [(bag) => all.coveringWindows(bag), { tokens, length: 8, batch: 2, overlap: 2 }],
  'cpu: options': [(bag) => cpu(bag), { float: 'f64', poison: true, eager: true }],
  'device: options': [(bag) => all.device(bag), { eager: true, threads: 1 }],
  'evaluateTask: options': [(bag) => all.evaluateTask(model, task(), bag), { rows: 2, difficulties: [1] }],
  'evaluateDocuments: options': [
    (bag) => all.evaluateDocuments(model, [{ name: 'a', bytes: Uint8Array.of(97, 97) }], bag),
    { tokenizer: all.tokenizerFromJson(tokenizerJson) },
  ],
  'evaluateWhole: options': [
    (bag) => all.evaluateWhole(model, tokens.subarray(0, 20), bag),
    { length: 8, warmup: 2, onPart: () => {} },
  ],
  'evaluateWindows: options': [(bag) => all.evaluateWindows(model, batches.batch(0), bag), { warmup: 2 }],
  'evaluationWindows: options': [(bag) => all.evaluationWindows(bag), { tokens, length: 8, count: 2, source }],
  'full: options': [(bag) => all.full([1], 1, bag), { device: cpu(), dtype: 'f32' }],
  'gdnGate: attrs': [(bag) => all.gdnGate(gates, ones([1]), ones([1]), gates, bag), { scale: 1 }],
  'generate: options': [
    (bag) => all.generate(model, [1], bag).next(),
    {
      ...{ maxTokens: 1, temperature: 1, topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1, noRepeatNgramSize: 3 },
      ...{ stop: [2], seed: 0, vocabulary: 16, logprobs: 1, cache: model.cache(1), until: () => false },
    },
  ],
  'generateBest: options': [
    (bag) => all.generateBest(model, [1], bag),
    {
      ...{ maxTokens: 1, temperature: 1, topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1, noRepeatNgramSize: 3 },
      ...{ n: 2, stop: [2], seed: 0, vocabulary: 16, logprobs: 1, prefixes: new all.Prefixes() },
    },
  ],
  'generateText: options': [
    (bag) => all.generateText(textModel, all.byteTokenizer(), 'a', bag).result(),
    {
      ...{ maxTokens: 1, temperature: 1, topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1, noRepeatNgramSize: 3 },
      ...{ n: 2, stop: ['a', 2], seed: 0, logprobs: 1, prefixes: new all.Prefixes() },
    },
  ],
  'new Prefixes: options': [(bag) => new all.Prefixes(bag), { most: 3 }],
  'hybrid: config': [
    (bag) => all.hybrid(bag, { mixers, init }),
    { ...config, expand_k: 1, intermediate_size: 8, ratio: '1:1', convention: 'literal', attn },
  ],
  'hybrid: config.attn': [(bag) => all.hybrid({ ...config, attn: bag }, { mixers, init }), attn],
  'hybrid: options': [(bag) => all.hybrid(config, bag), { mixers, init, device: async () => cpu() }],
  'knownConfig: config': [(bag) => all.knownConfig(bag, mixers), config],
  'sideBySide: options': [(bag) => node.sideBySide([join(home, 'evals')], bag), { known: all.known }],
  'datasetRows: options': [(bag) => node.datasetRows(bag), { directories: ['x'] }],
  'resolveRepository: options': [
    (bag) => node.resolveRepository('org/name', bag).catch(refusedByHub),
    {
      kind: 'dataset',
      revision: 'v1',
      cacheDir: home,
      token: 'x',
      offline: true,
      files: ['*.json'],
      onProgress: () => {},
      signal: new AbortController().signal,
    },
  ],
  'openFolder: options': [
    (bag) => node.openFolder('org/name', bag).catch(refusedByHub),
    {
      kind: 'model',
      revision: 'v1',
      cacheDir: home,
      token: 'x',
      offline: true,
      signal: new AbortController().signal,
    },
  ],
  'listRepository: options': [
    (bag) => node.listRepository('org/name', bag).catch(refusedByHub),
    {
      kind: 'dataset',
      revision: 'v1',
      cacheDir: home,
      token: 'x',
      offline: true,
      signal: new AbortController().signal,
    },
  ],
  'load: options': [
    (bag) => node.load(join(home, 'model'), bag),
    { mixers, device: cpu(), dtype: 'file', revision: 'main', onProgress() {}, signal: new AbortController().signal },
  ],
  'modelFromFiles: options': [
    (bag) => all.modelFromFiles(files, bag),
    { mixers, device: cpu(), dtype: 'bf16', onProgress() {}, signal: new AbortController().signal },
  ],
  'mixture: options': [
    (bag) => all.mixture(bag),
    { sources: [{ batches: all.windows({ tokens, length: 4, batch: 1, source }), weight: 1 }], batch: 2 },
  ],
  'measureTask: options': [
    (bag) =>
      all.measureTask(
        model,
        all.parityTask,
        { length: 2, sets: [{ at: 2, rows: all.parity({ length: 2, batch: 1, source }).batch(0) }] },
        bag,
      ),
    { measures: [], all: true, onPart: () => {} },
  ],
  'mqar: options': [(bag) => all.mqar(bag), { length: 8, vocab: 16, pairs: 2, steps: 4, batch: 2, source }],
  'adamw: options': [all.adamw, { ...rates, weightDecay: 0.1, decayed: 'all' }],
  'muon: options': [all.muon, { ...rates, momentum: 0.9, nesterov: true }],
  'new Linear: options': [(bag) => new all.Linear(2, 2, init, bag), { bias: true }],
  'new RMSNorm: options': [(bag) => new all.RMSNorm(2, 1e-6, init, bag), { affine: true }],
  'new Trainer: settings': [
    (bag) => new all.Trainer(model, bag),
    { steps: 1, lr: 1e-3, ...rates, maxNorm: 1, microBatches: 1, recompute: true },
  ],
  'ones: options': [(bag) => ones([1], bag), { device: cpu(), dtype: 'i32' }],
  'pack: options': [(bag) => all.pack(bag), { documents, separator: [0], length: 8, batch: 2, source }],
  'parity: options': [(bag) => all.parity(bag), { length: 8, batch: 2, source }],
  'progressBar: options': [
    (bag) => node.progressBar({ write: () => true }, bag),
    { steps: 3, label: 'x', now: () => 0 },
  ],
  'readTexts: options': [
    (bag) => node.readTexts([join(home, 'model', 'config.json')], bag),
    { split: 'within', format: 'text', column: 'text', onBadLine: 'refuse', onProgress: () => {} },
  ],
  'readCorpus: options': [
    (bag) => node.readCorpus([join(home, 'model', 'config.json')], bag),
    { split: 'within', signal: new AbortController().signal },
  ],
  'readDocuments: options': [(bag) => node.readDocuments(join(home, 'model', 'config.json'), bag), { note: () => {} }],
  'promptOf: options': [
    (bag) => all.promptOf(all.encodingOf(all.byteTokenizer()), 'a', bag, 8),
    { until: ['b'], maxTokens: 2, temperature: 0.5, seed: 1 },
  ],
  'rollingWindows: options': [
    (bag) => all.rollingWindows(Int32Array.of(1, 2), bag),
    { maxLength: 8, prefix: 0, contextLength: 1 },
  ],
  'readTokens: options': [
    (bag) =>
      all
        .readTokens(model, [{ context: Int32Array.of(1), continuation: Int32Array.of(2) }], bag)
        .then((answers) => answers[0]),
    { tokensAtOnce: 64, onBatch: () => {}, isKnown: () => false },
  ],
  'rope: options': [(bag) => all.rope(x, bag), { base: 100, offset: 1 }],
  'rotaryTables: options': [(bag) => all.rotaryTables(2, 4, bag, cpu()), { base: 100, offset: 1 }],
  'probabilities: options': [
    (bag) => all.probabilities(new Float64Array(3), [], bag),
    { temperature: 1, topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1, noRepeatNgramSize: 3 },
  ],
  'sample: options': [
    (bag) => all.sample(new Float64Array(3), source, bag),
    { temperature: 1, topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1, noRepeatNgramSize: 3 },
  ],
  'scalarDecay: attrs': [(bag) => all.scalarDecay(x, x, x, gates, null, bag), { scale: 1 }],
  'scalarDelta: attrs': [(bag) => all.scalarDelta(x, x, x, gates, gates, null, bag), { scale: 1 }],
  'scaledDotProductAttention: attrs': [
    (bag) => all.scaledDotProductAttention(x, x, x, bag),
    { scale: 1, window: null },
  ],
  'solveTril: options': [(bag) => all.solveTril(square, square, bag), { transpose: true }],
  'splitDocuments: options': [
    (bag) => all.splitDocuments([{ name: 'a', bytes: tokens }], bag),
    { every: 2, within: 8 },
  ],
  'sweep: options': [
    (bag: object) => node.sweep({ directory: fresh(), ...bag } as never),
    { ...swept, signal: new AbortController().signal, observe: () => {} },
  ],
  'openSpec: options': [
    (bag) => node.openSpec({ grids: [grid] }, known, bag),
    { directory: join(home, 'no'), seed: 1 },
  ],
  'trainCell: options': [
    (bag) => node.trainCell({ ...job, directory: fresh() }, known, bag),
    { device: cpu(), signal: new AbortController().signal },
  ],
  'readSweepSpec: json': [(bag) => all.readSweepSpec(bag, known), { name: 'small', grids: [grid] }],
  'readSweepSpec: json.grids': [(bag) => spec(bag), grid],
  'readSweepSpec: json.grids.sizes': [(bag) => spec({ sizes: [bag] }), size],
  'readSweepSpec: json.grids.sizes.model': [(bag) => spec({ sizes: [{ ...size, model: bag }] }), size.model],
  'readSweepSpec: json.grids.training': [(bag) => spec({ training: bag }), grid.training],
  'readSweepSpec: json.grids.data': [(bag) => spec({ data: bag }), grid.data],
  'sequencesOf: options': [(bag) => all.sequencesOf(cpu(), bag), { B: 1, T: 4, ranges: [[0, 2]], positions: [0] }],
  'streamTexts: options': [
    async (bag) => {
      for await (const _ of node.streamTexts(textFile, bag)) break;
    },
    { format: 'text', column: 'a', onBadLine: 'skip', note: () => {}, onRead: () => {} },
  ],
  'tensor: options': [(bag) => tensor([1], [1], bag), { device: cpu(), dtype: 'f32' }],
  'flameJob: options': [
    (bag: object) => node.flameJob({ mixers, ...bag } as never),
    {
      ...{ name: 'a', config: { model_type: 'gla', hidden_size: 8, num_heads: 2, vocab_size: 4 }, mixers },
      training: { steps: 1, lr: 0.1, warmup: 0, minRatio: 0, weightDecay: 0, seed: 0, batch: 1, length: 8 },
      ...{ data: { dataset: 'a/b', name: 'default', split: 'train' }, cards: { gpus: 1 }, tokenizer: 'a/b' },
    },
  ],
  'measureSweep: options': [
    (bag: object) => node.measureSweep({ directory: join(home, 'measured'), ...bag } as never),
    {
      ...{ spec: { name: 'a', grids: [] }, cells: [], text: null, trainedBy: 'flame', modelOf: () => 'none' },
      ...{ observe() {}, signal: new AbortController().signal },
    },
  ],
  'trainOptions: settings': [
    (bag) => all.trainOptions(bag),
    { steps: 9, warmup: 1, decay: 'linear', minRatio: 0.1, maxSkips: 3 },
  ],
  'loadRun: options': [
    (bag) => node.loadRun(finished, bag),
    {
      ...{ mixers, device: cpu(), dtype: 'f32', checkpoint: 'last' },
      ...{ onProgress() {}, signal: new AbortController().signal },
    },
  ],
  'applyChatTemplate: options': [
    (bag) =>
      all.applyChatTemplate({ ...all.byteTokenizer(), chatTemplates: new Map([['default', 'x']]) }, [], bag as never),
    { addGenerationPrompt: true, template: 'default', variables: {} },
  ],
  'tokenizerFromFiles: options': [
    (bag) => all.tokenizerFromFiles({ 'tokenizer.json': tokenizerJson }, bag),
    { path: 'a' },
  ],
  'tokenizerFromJson: options': [(bag) => all.tokenizerFromJson(tokenizerJson, bag), { path: 'a.json' }],
  'trainBpe: options': [(bag) => all.trainBpe(['ab'], bag), { vocabSize: 256 }],
  'textOfRun: options': [(bag) => node.textOfRun('run', null, bag), { files: [textFile] }],
  'trainRun: options': [
    (bag: object) => node.trainRun({ directory: fresh(), ...bag } as never),
    { ...run, warn: () => {} },
  ],
  'trainRun: options.training': [
    (training) => node.trainRun({ ...run, directory: fresh(), training }),
    { steps: 1, lr: 0.1 },
  ],
  'trainRun: options.checkpoints': [
    (checkpoints) => node.trainRun({ ...run, directory: fresh(), checkpoints }),
    run.checkpoints,
  ],
  'save: options': [(bag) => node.save(join(home, 'saved'), model, bag), { maxShardBytes: 1e6, files: new Map() }],
  'writeModelDirectory: options': [
    (bag) => node.writeModelDirectory(join(home, 'saved'), files, bag),
    { maxShardBytes: 1e6 },
  ],
  'trainRun: options.validation': [
    (validation) => node.trainRun({ ...run, directory: fresh(), validation }),
    run.validation,
  ],
  'uniformMqar: options': [(bag) => all.uniformMqar(bag), { length: 8, vocab: 16, pairs: 2, batch: 2, source }],
  'vectorDecay: attrs': [(bag) => all.vectorDecay(x, x, x, zeros([1, 2, 1, 4]), null, bag), { scale: 1 }],
  'vectorDelta: attrs': [(bag) => all.vectorDelta(x, x, x, zeros([1, 2, 1, 4]), gates, null, bag), { scale: 1 }],
  'wasm: options': [
    (bag) => all.wasm(bag),
    { kernels: [], tier: 'plain', maximumBytes: 2 ** 20, poison: false, eager: false },
  ],
  'webgpu: options': [
    (bag) =>
      all.webgpu(bag).catch((error) => {
        if (!(error instanceof all.DeviceError)) throw error; // there is no adapter here
      }),
    { kernels: [], maximumBytes: 2 ** 20, poison: false, eager: false },
  ],
  'windows: options': [(bag) => all.windows(bag), { tokens, length: 8, batch: 2, source }],
  'writeReport: options': [(options) => node.writeReport([join(home, 'sweep')], options), { ...all.study }],
  'zeros: options': [(bag) => zeros([1], bag), { device: cpu(), dtype: 'f32' }],
  'zoologyMqar: options': [
    (bag) => all.zoologyMqar(bag),
    { length: 64, vocab: 128, pairs: 4, power: 0.1, filler: 'random', examples: 4, batch: 2, source },
  ],
};

/** Parameters of such a name that no person fills by hand, with the reason. */
const filled: [reason: string, RegExp][] = [
  [
    'attributes of whichever op is handed in, which checks them by its shape rule',
    /^(apply1?|applyBackward|vjpOfDefinition): attrs$/,
  ],
  [
    'a configuration as a file holds it: what is not read is noted',
    /^(compose|freshModel|hybridConfig|withReadout): config$/,
  ],
  ['what readFields has read', /^(new (?!Linear|RMSNorm|Trainer)\w+|serializeConfig): config$/],
  ['what readSweepSpec has read', /: spec$/],
  ['what taskSettings has read', /^(taskRecord|settingsToRecord): settings$/],
];

const finished = join(home, 'run');
await node.trainRun({ ...run, directory: finished });

const found = optionBags();

it('knows every bag of options of the public API', () => {
  const names = found.map(({ name }) => name);
  expect(names.filter((name) => !(name in bags) && !filled.some(([, which]) => which.test(name)))).toEqual([]);
  const whole = Object.keys(bags).filter((name) => /: \w+$/.test(name) && name !== 'readSweepSpec: json');
  expect(whole.filter((name) => !names.includes(name))).toEqual([]);
  for (const [reason, which] of filled)
    expect(
      names.some((name) => which.test(name)),
      reason,
    ).toBe(true);
});

it('has them closed, so that the compiler refuses other names in a literal', () => {
  // What is open is a configuration as a file holds it, or the attributes of any op. The configuration of `hybrid` depends on the
  // mixers handed in: its own test, in packages/hybrid, asks the compiler.
  const open = found.filter((bag) => bag.open).map(({ name }) => name);
  expect(open.filter((name) => !filled.some(([, which]) => which.test(name)))).toEqual([]);
});

/** One slip of a hand: a letter too few, too many, another or exchanged; another case; snake and camel; a plural. */
const slips: ((name: string, at: number) => string)[] = [
  (name, at) => name.slice(0, at) + name.slice(at + 1),
  (name, at) => name.slice(0, at + 1) + name.slice(at),
  (name, at) => `${name.slice(0, at)}q${name.slice(at + 1)}`,
  (name, at) =>
    name.slice(0, at) +
    name
      .slice(at, at + 2)
      .split('')
      .reverse()
      .join('') +
    name.slice(at + 2),
  (name) => name.toUpperCase(),
  (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
  (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  (name) => (name.endsWith('s') ? name.slice(0, -1) : `${name}s`),
];

it.each(Object.entries(bags))('%s', async (_, [take, right]) => {
  await take(right as never);
  const names = Object.keys(right);
  const slip = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.constantFrom(...slips));
  await fc.assert(
    fc.asyncProperty(slip, fc.boolean(), async ([name, at, change], isBeside) => {
      const misspelt = change(name, at % name.length);
      fc.pre(misspelt !== '' && !names.includes(misspelt));
      const { [name]: value, ...others } = right;
      const bag = { ...(isBeside ? right : others), [misspelt]: value };
      const error: unknown = await (async () => take(bag as never))().then(
        () => null,
        (error) => error,
      );
      expect(all.isTwillError(error), `${misspelt} for ${name}: ${error}`).toBe(true);
      expect((error as Error).message).toContain(misspelt);
    }),
    { numRuns: 40 },
  );
});
