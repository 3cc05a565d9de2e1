// The section of a protocol: scores of architectures by task, beside those that were published.
import type { Protocol } from '@twilljs/eval';
import { missingText, type ProtocolScore, partialScores } from '@twilljs/sweep';
import { type Block, paragraph, type Section } from './document.ts';
import type { LoadedSweep } from './loaded.ts';
import type { Part } from './part.ts';
import { fixed, meanOf } from './text/stats.ts';

/** Whether the models of a part are runs of a protocol, of which its section tells. */
export const isOfProtocol = ({ grid }: Part, protocols: readonly Protocol[]): boolean =>
  protocols.some(({ title, tasks }) => grid.section === title && tasks.some(({ task }) => task.name === grid.task));

/** A section for each protocol of which a sweep has results. */
export function protocolSections(protocols: readonly Protocol[], sweeps: readonly LoadedSweep[]): Section[] {
  return protocols.flatMap((protocol) =>
    sweeps.flatMap(({ results, known }): Section[] => {
      const scores = partialScores(results, known, protocol).filter(({ missing, runs }) => missing.length < runs);
      return scores.length > 0 ? [{ title: `${protocol.title} score`, blocks: blocksOf(protocol, scores) }] : [];
    }),
  );
}

function blocksOf(protocol: Protocol, scores: readonly ProtocolScore[]): Block[] {
  const short = scores.filter(({ missing }) => missing.length > 0);
  const { source, scores: published } = protocol.published;
  const row = (name: string, tasks: readonly (number | null)[], average: number | null) => [
    name,
    ...[...tasks, average].map((score) => (score === null ? '–' : fixed(100 * score, 1))),
  ];
  const own = scores.map(({ title, tasks, average }) =>
    row(
      title,
      tasks.map(({ score }) => score),
      average,
    ),
  );
  const others = Object.entries(published).map(([name, tasks]) => row(`${name}, published`, tasks, meanOf(tasks)));
  return [
    ...(short.length > 0
      ? [paragraph(`${short.map(missingText).join('. ')}. A task is scored when it has all of them.`)]
      : []),
    {
      kind: 'table',
      caption: `For each task the mean over its settings of the best test accuracy over learning rates and decays, in percent. Published: ${source}; data, seeds and initial weights differ.`,
      head: ['model', ...protocol.tasks.map(({ label }) => label), 'average'],
      rows: [...own, ...others],
    },
    bestTable(protocol, scores),
  ];
}

/** What each setting came to. */
function bestTable({ tasks }: Protocol, scores: readonly ProtocolScore[]): Block {
  const rows = tasks.flatMap(({ label, settings }, i) =>
    settings.map(({ name }) => [
      label,
      name,
      ...scores.map(({ tasks }) => {
        const best = tasks[i].settings.find(({ setting }) => setting === name);
        return best ? `${fixed(100 * best.value, 1)} (${best.lr}, ${best.weightDecay})` : '–';
      }),
    ]),
  );
  return {
    kind: 'table',
    caption: 'Best test accuracy of each setting, and in brackets its learning rate and weight decay.',
    head: ['task', 'setting', ...scores.map(({ title }) => title)],
    rows,
  };
}
