// Whatever is handed in, what is wrong with it is said in words: an error of Twill's, never one of the engine.
import { isTwillError } from '@twilljs/tensor';
import fc from 'fast-check';
import { mixers } from 'twilljs';
import { expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { load } from './directory.ts';
import { parseJson, parseJsonObject, parsePythonObject } from './json.ts';
import { filesOfModel, modelFromFiles } from './model.ts';
import { openFolder } from './remote/open.ts';
import { listRepository, resolveRepository } from './remote/resolve.ts';
import { parseSafetensors, serializeSafetensors } from './safetensors.ts';
import { save } from './save.ts';
import { store, toF32, toF64, toI32 } from './stored.ts';
import { matchWeights } from './weights.ts';

const calls: Readonly<Record<string, (a: never, b: never) => unknown>> = {
  parseSafetensors: (a) => parseSafetensors(a),
  serializeSafetensors: (a) => serializeSafetensors(a),
  store: (a, b) => store('F32', a, b),
  storeOf: (a) => store(a, [1], [1]),
  toF32: (a) => toF32(a),
  toF64: (a) => toF64(a),
  toI32: (a) => toI32(a),
  parseJson: (a) => parseJson(a, 'x'),
  parseJsonObject: (a) => parseJsonObject(a, 'x'),
  parsePythonObject: (a) => parsePythonObject(a, 'x'),
  parseConfig: (a) => parseConfig(a, mixers),
  modelFromFiles: (a, b) => modelFromFiles(a, b),
  files: (a, b) => modelFromFiles({ config: a, tensors: b }, { mixers }),
  load: (_, b) => load('none', b),
  loadFrom: (a) => load(a, { mixers }),
  resolveRepository: (a, b) => resolveRepository(a, { files: b, offline: true, cacheDir: 'no-cache' }),
  resolveRepositoryBy: (a, b) =>
    resolveRepository('org/name', { kind: a, revision: b, offline: true, cacheDir: 'no-cache' }),
  resolveRepositoryTelling: (a) =>
    resolveRepository('org/name', { onProgress: a, offline: true, cacheDir: 'no-cache' }),
  resolveRepositoryIn: (a, b) => resolveRepository('org/name', { cacheDir: a, token: b, offline: true }),
  listRepository: (a, b) => listRepository('org/name', { signal: a, offline: b === false ? true : b }),
  openFolder: (a) => openFolder(a, { offline: true, cacheDir: 'no-cache' }),
  save: (a) => save('none', a),
  filesOfModel: (a) => filesOfModel(a),
  matchWeights: (a, b) => matchWeights(a, b, 'x'),
};

const odd = fc.oneof(
  fc.anything({ maxDepth: 2, withBigInt: true, withMap: true, withTypedArray: true, withObjectString: true }),
  fc.constantFrom(Symbol('x'), () => 1, { config: {}, tensors: new Map() }, { mixers }, { mixers, device: 3 }, [
    ['a', {}],
  ]),
);

it.each(Object.entries(calls))('%s', async (_, call) => {
  await fc.assert(
    fc.asyncProperty(odd, odd, async (a, b) => {
      try {
        await call(a as never, b as never);
      } catch (error) {
        expect(isTwillError(error), String(error)).toBe(true);
      }
    }),
    { seed: 11, numRuns: 200 },
  );
});
