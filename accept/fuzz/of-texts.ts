// Readers of texts and of goldens.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from '@twilljs/cli';
import { decodeText, encodeText, joinDocuments, splitDocuments } from '@twilljs/data';
import { readDocuments } from '@twilljs/data/node';
import { serializeSafetensors, store } from '@twilljs/hub';
import { readGolden, readModelGolden, readTrainGolden } from '@twilljs/parity';
import { bytesOf, digest, safetensors } from './formats.ts';
import type { Home } from './home.ts';
import { faultOf } from './program.ts';
import type { Reader } from './reader.ts';

export async function ofTexts(home: Home): Promise<Reader[]> {
  return [ofDocuments(home), ofPatterns(home), ofOpGoldens(), ofModelGoldens(), ofParity(home)];
}

/** Any bytes are text; none are lost on the way into documents and out of them. */
function ofDocuments(home: Home): Reader {
  const samples = ['Call me Ishmael. Some years ago, never mind.', 'Größe 🐳\r\n\n\0', 'x'.repeat(3000)].map(bytesOf);
  return {
    ...{ name: 'text', share: 3, samples },
    async read(bytes) {
      const documents = await readDocuments(home.write('text.txt', bytes));
      if (digest(joinDocuments(documents)) !== digest(bytes)) return 'reads other bytes';
      const { train, evaluation } = splitDocuments(documents);
      const parts = [...train, ...evaluation].map((part) => part.bytes);
      if (digest(Uint8Array.from(Buffer.concat(parts))) !== digest(bytes)) return 'is split into other bytes';
      const text = decodeText(bytes);
      return decodeText(encodeText(text)) === text ? null : 'as a text it is another one';
    },
  };
}

/** Any pattern finds files or says what is wrong, below a directory of a few. */
function ofPatterns(home: Home): Reader {
  home.directory('texts', { 'a.txt': bytesOf('one'), 'b 2.txt': bytesOf('two'), '[c]{d}.txt': bytesOf('three') });
  const samples = ['*.txt', '**/[ab]*', '{a,b 2}.txt', '!(a)?.t*t', 'a.txt', '[c]{d}.txt', '+(a|b)*'].map(bytesOf);
  return {
    ...{ name: 'patterns of texts', share: 2, samples },
    async read(bytes) {
      const pattern = new TextDecoder().decode(bytes.subarray(0, 200)).replaceAll('..', '');
      const found = await readDocuments(`${home.at('texts')}/${pattern}`);
      return found.length >= 1 && found.length <= 3 ? null : `finds ${found.length} files`;
    },
  };
}

const goldens = fileURLToPath(new URL('../../golden/ops', import.meta.url));

/** The smallest of the repository. */
function smallGoldens(count: number): Uint8Array[] {
  const paths = readdirSync(goldens).map((name) => join(goldens, name));
  const sizes = new Map(paths.map((path) => [path, statSync(path).size]));
  return paths
    .sort((a, b) => (sizes.get(a) as number) - (sizes.get(b) as number))
    .slice(0, count)
    .map((path) => new Uint8Array(readFileSync(path)));
}

function ofOpGoldens(): Reader {
  return {
    ...{ name: 'golden of an op', share: 5, samples: smallGoldens(12), format: safetensors },
    read(bytes) {
      const { op, inputs, outputs, cotangents, gradients } = readGolden(bytes);
      if (op === '') return 'names no op';
      for (const numbers of [inputs, outputs, cotangents, gradients]) {
        for (const [name, { shape, data }] of Object.entries(numbers)) {
          if (shape.reduce((n, d) => n * d, 1) !== data.length)
            return `${name} has ${data.length} numbers, not [${shape}]`;
        }
      }
      return null;
    },
  };
}

function ofModelGoldens(): Reader {
  const f32 = (...shape: number[]) => store('F32', shape, new Float32Array(shape.reduce((n, d) => n * d, 1)));
  const ids = (...shape: number[]) => store('I64', shape, new Int32Array(shape.reduce((n, d) => n * d, 1)));
  const expected = serializeSafetensors([
    ...([
      ['input_ids', ids(2, 3)],
      ['logits', f32(2, 3, 5)],
      ['loss', f32()],
    ] as const),
    ...([
      ['hidden.0', f32(2, 3, 4)],
      ['hidden.1', f32(2, 3, 4)],
      ['grad.w', f32(4, 4)],
    ] as const),
  ]);
  const train = serializeSafetensors(
    [
      ...([
        ['input_ids', ids(4, 2, 3)],
        ['loss', f32(4)],
        ['grad_norm', f32(4)],
      ] as const),
      ...([
        ['lr', f32(4)],
        ['param.w', f32(4, 4)],
      ] as const),
    ],
    { attrs: '{"lr": 0.01, "betas": [0.9, 0.95]}' },
  );
  return {
    ...{ name: 'goldens of a model', share: 4, samples: [expected, train], format: safetensors },
    read(bytes, i) {
      const { inputIds, loss } = i === 0 ? readModelGolden(bytes) : readTrainGolden(bytes);
      if (inputIds.shape.reduce((n, d) => n * d, 1) !== inputIds.data.length) return `${inputIds.data.length} ids`;
      return typeof loss === 'number' || loss instanceof Float64Array ? null : `its loss is ${String(loss)}`;
    },
  };
}

function ofParity(home: Home): Reader {
  return {
    ...{ name: 'parity', share: 1, samples: smallGoldens(12), format: safetensors },
    async read(bytes) {
      return faultOf(await capture(['parity', home.write('golden.safetensors', bytes), '--device', 'cpu']));
    },
  };
}
