// Needles in a haystack, in eight settings: one needle in three haystacks, more keys, more values, more questions.
import type { Published } from '../../benchmarks/benchmark.ts';
import { gatedDeltaNet } from '../published.ts';
import { type NeedleSetting, needleMaker } from './needles.ts';
import { wordyText } from './prose.ts';
import type { RulerFile, RulerMaterial, RulerTask } from './task.ts';

interface Needles extends Partial<NeedleSetting> {
  readonly name: string;
  readonly title: string;
  readonly haystack: NeedleSetting['haystack'];
  readonly published?: readonly Published[];
}

const one: Omit<NeedleSetting, 'haystack'> = { key: 'words', value: 'numbers', keys: 1, values: 1, queries: 1 };

function needles({ name, title, published = [], ...own }: Needles): RulerTask {
  const setting: NeedleSetting = { ...one, ...own };
  return {
    ...{ name, title, newTokens: 128, match: 'all', published },
    file: own.haystack === 'essay' ? essayFile : null,
    haystack: ({ essay }: RulerMaterial) =>
      own.haystack !== 'essay' ? own.haystack : essay.isSynthetic ? 'synthetic' : 'text',
    maker: (given) => needleMaker(title, setting, given),
  };
}

const essayFile: RulerFile = {
  setting: 'essay',
  what: 'essays, or any text',
  form: 'plain',
  isNeeded: false,
  read: wordyText,
};

/** Figures of one task by length, 1K first. */
function published(figures: Readonly<Record<string, readonly number[]>>): Published[] {
  const lengths = [1024, 2048, 4096, 8192];
  return lengths.flatMap((length, i) => {
    const known = Object.entries(figures).filter(([, values]) => i < values.length);
    if (known.length === 0) return [];
    return [
      {
        source: gatedDeltaNet,
        metric: String(length),
        figures: Object.fromEntries(known.map(([model, values]) => [model, values[i]])),
      },
    ];
  });
}

/** The passkey: a number among sentences that repeat. */
export const niahSingle1 = /* @__PURE__ */ needles({
  name: 'niah_single_1',
  title: 'S-NIAH-1: passkey',
  haystack: 'noise',
  published: /* @__PURE__ */ published({
    DeltaNet: [0.974, 0.968, 0.99, 0.988],
    Mamba2: [0.992, 0.988, 0.654, 0.304],
    'Gated DeltaNet': [0.984, 0.884, 0.914, 0.918],
  }),
});

/** A number in an essay. */
export const niahSingle2 = /* @__PURE__ */ needles({
  name: 'niah_single_2',
  title: 'S-NIAH-2: a number in an essay',
  haystack: 'essay',
  published: /* @__PURE__ */ published({
    DeltaNet: [0.984, 0.456, 0.186, 0.144],
    Mamba2: [0.994, 0.988, 0.562, 0.17],
    'Gated DeltaNet': [1, 0.998, 0.922, 0.296],
  }),
});

/** A UUID in an essay. */
export const niahSingle3 = /* @__PURE__ */ needles({
  name: 'niah_single_3',
  title: 'S-NIAH-3: a UUID in an essay',
  haystack: 'essay',
  value: 'uuids',
  published: /* @__PURE__ */ published({
    DeltaNet: [0.852, 0.47, 0.224],
    Mamba2: [0.644, 0.476, 0.046],
    'Gated DeltaNet': [0.866, 0.842, 0.276],
  }),
});

/** One of four keys. */
export const niahMultikey1 = /* @__PURE__ */ needles({
  name: 'niah_multikey_1',
  title: 'MK-NIAH-1: one of four keys',
  haystack: 'essay',
  keys: 4,
});

/** One of as many keys as there are lines. */
export const niahMultikey2 = /* @__PURE__ */ needles({
  name: 'niah_multikey_2',
  title: 'MK-NIAH-2: line retrieval',
  haystack: 'needle',
});

/** The same of UUIDs. */
export const niahMultikey3 = /* @__PURE__ */ needles({
  name: 'niah_multikey_3',
  title: 'MK-NIAH-3: key-value retrieval',
  haystack: 'needle',
  key: 'uuids',
  value: 'uuids',
});

/** Four values of one key. */
export const niahMultivalue = /* @__PURE__ */ needles({
  name: 'niah_multivalue',
  title: 'MV-NIAH: four values of a key',
  haystack: 'essay',
  values: 4,
});

/** Four keys, all asked for. */
export const niahMultiquery = /* @__PURE__ */ needles({
  name: 'niah_multiquery',
  title: 'MQ-NIAH: four keys at once',
  haystack: 'essay',
  keys: 4,
  queries: 4,
});
