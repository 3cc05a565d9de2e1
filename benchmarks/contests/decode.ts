// Decoding, token by token, beside the floor: reading what a token needs once.

import type { Benchmark } from '../lib/benchmark.ts';
import { among, inTurns } from '../lib/contestant.ts';
import { median } from '../lib/measure.ts';
import { modelIn, sizeText } from '../lib/models.ts';
import { readModule } from '../lib/read.ts';
import { twill } from '../lib/twill.ts';
import type { Decoded, DecodeHello } from '../subjects/decode.ts';

const contexts = [0, 2 ** 13];

export const decode: Benchmark = {
  name: 'decode',
  title: 'tokens one by one with batch 1, after 0 and 8192, beside reading weights and cache once',
  async run(bench) {
    const { options, report } = bench;
    const module = await readModule();
    for (const family of bench.families(['transformer', 'gated_deltanet'])) {
      const model = await modelIn(bench.folder, family, options);
      for (const context of contexts) {
        await among(await bench.sides({ subject: 'decode', model, context }), async (sides) => {
          const [{ bytes }] = await Promise.all(sides.map((side) => side.ready<DecodeHello>()));
          const { threads } = options;
          const floor = await twill(options, { subject: 'read', module, bytes, threads }, 'reading once');
          await among([floor], async ([reader]) => {
            await reader.ready();
            const turns = await inTurns<Decoded>([...sides, reader], options.rounds, () => ({}));
            const own = median(turns[0].map(({ seconds }) => seconds));
            for (const [i, { name }] of [...sides, reader].entries()) {
              const seconds = median(turns[i].map(({ seconds }) => seconds));
              report.add({
                ...{ benchmark: 'decode', case: `${sizeText(family, options)}, after ${context}`, side: name },
                ...{ seconds, tokens: 1, ...(i > 0 && { ratio: seconds / own }) },
                ...(i === sides.length && {
                  note: `${(bytes / seconds / 1e9).toFixed(1)} GB/s of ${(bytes / 1e6).toFixed(1)} MB`,
                }),
              });
            }
          });
        });
      }
    }
  },
};
