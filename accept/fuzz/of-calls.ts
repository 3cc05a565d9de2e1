// Calls under attack: command lines, and functions of the API with arguments that are nearly right. A call is written as JSON.
import { rmSync } from 'node:fs';
import { capture } from '@twilljs/cli';
import {
  coveringWindows,
  decodeText,
  evaluationWindows,
  mqar,
  pack,
  parity,
  splitDocuments,
  windows,
} from '@twilljs/data';
import { evaluateWindows, score } from '@twilljs/eval';
import { save } from '@twilljs/hub/node';
import { type GenerateOptions, generate, type LanguageModel } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { rng, scope } from '@twilljs/tensor';
import { learningRate, Trainer, trainOptions } from '@twilljs/train';
import { hybrid, mixers } from 'twilljs';
import { config } from '../../packages/train/src/run.test-data.ts';
import { json, jsonOf, textOf } from './formats.ts';
import { freshModel, type Home, runIn } from './home.ts';
import { faultOf } from './program.ts';
import type { Reader } from './reader.ts';

export async function ofCalls(home: Home): Promise<Reader[]> {
  await save(home.at('bytes'), await freshModel({ vocab_size: 256 }));
  await runIn(home.at('cli-run'));
  return [ofCommands(home), ofFunctions(await freshModel())];
}

const tiny = '--hidden-size 8 --layers 2 --heads 2 --length 16 --batch 2 --device cpu --steps 4';

/** Each is stopped at its first step: what is asked for may take for ever. */
function ofCommands(home: Home): Reader {
  home.directory('in/some/directory', { 'book.txt': new TextEncoder().encode('Call me Ishmael. '.repeat(40)) });
  home.write('config.json', jsonOf(config));
  home.write('grid.json', jsonOf({ grids: [{ task: 'recall', mixers: ['hgrn'], training: { steps: 4 } }] }));
  const samples = [
    `train --task mqar --pairs 2 --mixer gla --ratio 1:1 ${tiny} --lr 0.01 --warmup 1 --clip 1 --out new`,
    `train --data book.txt --pattern GA --set norm_eps=0.001 ${tiny} --decay linear --min-ratio 0 --seed 3 --out new`,
    `train --config ${home.at('config.json')} --task parity --length 8 --micro-batches 2 --init-std 0.1 --steps 3 --out new`,
    `train --out ${home.at('cli-run')} --resume --steps 8`,
    `generate ${home.at('bytes')} --prompt Call --max-tokens 3 --temperature 0.5 --seed 2 --device cpu`,
    `eval ${home.at('bytes')} --task lm --data book.txt --length 16 --device cpu --json`,
    `eval ${home.at('cli-run')} --task mqar --length 8 --device cpu`,
    `presets --json`,
    `sweep ${home.at('grid.json')} --out new --jobs 1 --seed 1 --device cpu`,
    `parity ${home.at('bytes')} --dtype f64`,
    `report ${home.at('cli-run')}`,
  ];
  return {
    ...{ name: 'command lines', share: 1.5, format: json, isCall: true },
    samples: samples.map((line) => jsonOf(line.split(' '))),
    async read(bytes) {
      const before = process.cwd();
      process.chdir(home.at('in/some/directory')); // of relative paths, whatever they become
      try {
        return faultOf(await capture(wordsIn(bytes), AbortSignal.abort()));
      } finally {
        rmSync('new', { recursive: true, force: true });
        process.chdir(before);
      }
    },
  };
}

const wordsIn = (bytes: Uint8Array): string[] =>
  [parsed(bytes)].flat().map((word) => (typeof word === 'object' ? 'an object' : String(word)));

/** What was mutated into no JSON is a text. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return textOf(bytes);
  }
}

/** Values that JSON has no words for, by the texts that stand for them. */
const odd: Readonly<Record<string, () => unknown>> = {
  '': () => undefined,
  NaN: () => Number.NaN,
  ' ': () => Number.POSITIVE_INFINITY,
  '-1': () => 7n,
  null: () => Symbol('x'),
  true: () => () => 1,
  '3': () => new Map([[1, 2]]),
  '--help': () => Int32Array.of(1, 2, -3),
  '../..': () => Float32Array.of(1.5, Number.NaN),
  '/etc/passwd': () => new Uint8Array(3),
  '\0': () => Array(3),
};

/** Fields that are typed arrays. */
const typed = ['tokens', 'inputs', 'labels', 'separator'];

function revived(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return Object.hasOwn(odd, value) ? odd[value]() : value;
  if (typeof value !== 'object' || value === null || depth > 20) return value;
  if (Array.isArray(value)) return value.map((part) => revived(part, depth + 1));
  for (const [key, part] of Object.entries(value)) {
    const inner = typed.includes(key) && isIds(part) ? Int32Array.from(part) : revived(part, depth + 1);
    Object.defineProperty(value, key, { value: inner, enumerable: true, configurable: true, writable: true });
  }
  return value;
}

const isIds = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isSafeInteger);

type Call = (...args: never[]) => unknown;

/** Calls that are right, and what they are made of. */
function callsOf(model: LanguageModel): Readonly<Record<string, readonly [args: readonly unknown[], call: Call]>> {
  const source = () => rng(3);
  const text = [7, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
  const filled = () =>
    scope(() => {
      const cache = model.cache(1);
      model.next([[3, 1]], cache);
      return cache;
    });
  return {
    forward: [[[[3, 1, 4]]], (ids) => scope(() => model.forward(ids)).data()],
    typed: [[{ data: [3, 1, 4, 1], shape: [2, 2] }], (ids) => scope(() => model.forward(ids)).data()],
    loss: [[[[3, 1, 4]], [[1, 4, -100]]], (ids, labels) => scope(() => model.loss(ids, labels)).item()],
    evaluate: [
      [
        [
          [3, 1],
          [4, 1],
        ],
      ],
      (ids, labels) => model.evaluate(ids, labels),
    ],
    next: [
      [[[5, 9]]],
      async (ids) => {
        using cache = filled();
        return scope(() => model.next(ids, cache)).data();
      },
    ],
    cache: [[2], (batch) => model.cache(batch)[Symbol.dispose]()],
    generate: [
      [[3, 1], { maxTokens: 2, temperature: 0.5, seed: 1 }],
      async (prompt, options) => {
        let count = 0;
        const ids: AsyncIterable<number> = generate(model, prompt, options as GenerateOptions);
        for await (const id of ids) if (++count > 3 || id > 15) break;
      },
    ],
    score: [[{ B: 1, T: 3, inputs: [3, 1, 4], labels: [1, 4, 5] }], (batch) => score(model, batch)],
    evaluateWindows: [
      [{ B: 1, T: 2, inputs: [3, 1], labels: [1, 4] }, { warmup: 1 }],
      (batch, options) => evaluateWindows(model, batch, options),
    ],
    hybrid: [[config], (given) => hybrid(given, { mixers, init: shapesOnly() })],
    hybridOfRatio: [
      [{ model_type: 'gla', num_hidden_layers: 4, ratio: '3:1', hidden_size: 8, num_heads: 2 }],
      (given) => hybrid(given, { mixers, init: shapesOnly() }),
    ],
    trainOptions: [[{ steps: 4, lr: 0.01, warmup: 1, decay: 'cosine', maxNorm: 1 }], (given) => trainOptions(given)],
    trainer: [[{ steps: 4, lr: 0.01, microBatches: 2 }], (given) => new Trainer(model, given)[Symbol.dispose]()],
    learningRate: [
      [{ steps: 4, lr: 0.01, warmup: 1, decay: 'linear', minRatio: 0.1 }, 3],
      (given, step) => learningRate(given, step),
    ],
    mqar: [[{ length: 16, vocab: 16, pairs: 2, batch: 2 }], (given) => mqar(withSource(given, source())).batch(0)],
    parity: [[{ length: 8, batch: 2 }], (given) => parity(withSource(given, source())).batch(0)],
    windows: [[{ tokens: text, length: 4, batch: 2 }], (given) => windows(withSource(given, source())).batch(1)],
    pack: [
      [{ documents: [{ tokens: text }, { tokens: [1, 2] }], separator: [0], length: 4, batch: 2 }],
      (given) => pack(withSource(withTokens(given), source())).batch(1),
    ],
    evaluationWindows: [
      [{ tokens: text, length: 4, count: 2 }],
      (given) => evaluationWindows(withSource(given, source())),
    ],
    coveringWindows: [[{ tokens: text, length: 4, batch: 2 }], (given) => [...coveringWindows(given)]],
    decodeText: [[[72, 105]], (ids) => decodeText(ids)],
    splitDocuments: [
      [[{ name: 'a', bytes: '/etc/passwd' }], { every: 2, within: true }],
      (documents, options) => splitDocuments(documents, options),
    ],
  };
}

/** Documents are bare typed arrays, which JSON has not. */
function withTokens(given: unknown): unknown {
  const { documents } = (given ?? {}) as { documents?: unknown };
  if (!Array.isArray(documents)) return given;
  return { ...(given as object), documents: documents.map((one) => one?.tokens ?? one) };
}

const withSource = (given: unknown, source: unknown): never =>
  (typeof given === 'object' && given !== null && !Array.isArray(given) ? { source, ...given } : given) as never;

/** Functions of the API: whatever the arguments, an answer or a typed error. */
function ofFunctions(model: LanguageModel): Reader {
  const calls = callsOf(model);
  const names = Object.keys(calls);
  return {
    ...{ name: 'functions', share: 6, format: json, isCall: true },
    samples: names.map((name) => jsonOf(calls[name][0])),
    async read(bytes, i) {
      const args = [revived(parsed(bytes))].flat() as never[];
      await calls[names[i]][1](...args);
      return null;
    },
  };
}
