// How to repeat what a report shows: the commands, the text, and what else decides the numbers.
import { join, relative, resolve } from 'node:path';
import { fromAnywhere, readingOf } from '@twilljs/data/node';
import { grouped, taskNamed } from '@twilljs/eval';
import { type Known, readSweepSpec, type SweepSpec } from '@twilljs/sweep';
import type { SweepOrigin } from '@twilljs/sweep/node';
import { type Block, paragraph, type Section } from './document.ts';
import type { LoadedSweep } from './loaded.ts';
import type { ReportOptions } from './options.ts';
import { quoted } from './text/escape.ts';
import { listed } from './text/stats.ts';

/** @param sweeps of the report, which lies in the directory of the first. */
export function reproduce(sweeps: readonly LoadedSweep[], options: ReportOptions): Section {
  const here = resolve(sweeps[0].directory);
  const outs = sweeps.map((_, i) => (sweeps.length === 1 ? 'again' : `again-${i + 1}`));
  const commands = sweeps.flatMap((sweep, i) => commandsOf(sweep, outs[i], here, options));
  return {
    title: 'How to reproduce it',
    blocks: [
      paragraph(
        'Every number above comes from results.json of the sweep. Initial weights, batches and evaluation sets follow from the seeds. ' +
          'In the directory of this report:',
      ),
      { kind: 'code', text: [...commands, `twill report ${outs.join(' ')}`].join('\n') },
      ...sweeps.flatMap((sweep): Block[] => {
        const { spec } = sweep.results;
        const about = sweeps.length > 1 ? sweep.directory : undefined;
        return [
          paragraph(factsOf(sweep).join(' '), about),
          {
            kind: 'code',
            text: `${JSON.stringify(spec, null, 2)}\n`,
            summary: `The specification, ${fileOf(spec)}`,
          },
        ];
      }),
    ],
  };
}

function commandsOf(sweep: LoadedSweep, out: string, here: string, options: ReportOptions): string[] {
  const { from, text, device } = argumentsOf(sweep, here, options);
  if (sweep.record?.trainedBy !== 'flame') return [`twill sweep ${from}${text}${device} --out ${out}`];
  const jobs = `${out}-jobs`;
  return [
    `twill export --to flame ${from} --out ${jobs}`,
    `bash ${jobs}/all.sh`,
    `twill import ${jobs}${text} --out ${out}`,
  ];
}

/** What `twill sweep` is given, seen from the directory of the report. */
function argumentsOf(
  { directory, known, results: { spec }, record, machines }: LoadedSweep,
  here: string,
  options: ReportOptions,
): { from: string; text: string; device: string } {
  const origin = record?.origin ?? null;
  const preset = presetOf(spec, known, options);
  const recorded = join(relative(here, resolve(directory)), 'sweep.json');
  const from = preset ?? quoted(record ? recorded : fileOf(spec));
  const patterns = origin?.patterns
    ? ` --data ${origin.patterns.map((one) => quoted(seenFrom(here, one, origin))).join(' ')}`
    : '';
  const reading = Object.entries(readingOf(record?.corpus ?? {})).map(
    ([field, value]) => ` --${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${quoted(value)}`,
  );
  const home = relative(here, resolve(directory)) || '.';
  const tokenizer = record?.corpus?.tokenizer ? ` --tokenizer ${quoted(home)}` : '';
  const devices = new Set(machines.map(({ device }) => device));
  return {
    ...{ from, text: `${patterns}${record?.trainedBy ? '' : tokenizer}${reading.join('')}` },
    device: devices.size === 1 ? ` --device ${[...devices][0]}` : '',
  };
}

/** A pattern that was given by its whole path stays so, and so does the name of a data set; a weight is no part of either. */
function seenFrom(here: string, given: string, { directory }: SweepOrigin): string {
  const whole = fromAnywhere(given, directory);
  const [, weight = '', path] = /^([\d.]+:)?(.*)$/s.exec(whole) ?? [];
  return given.endsWith(path) ? given : weight + relative(here, path);
}

function factsOf({ results: { spec }, record, machines, known }: LoadedSweep): string[] {
  const seeds = [...new Set(spec.grids.flatMap((grid) => grid.seeds))];
  const places = new Set(
    machines.map(({ device, tier, node }) => `${device}${tier ? ` (${tier})` : ''} under Node ${node}`),
  );
  return [
    ...textFacts(spec, record, known),
    `${seeds.length > 1 ? 'Seeds' : 'Seed'} ${listed(seeds.map(String))}.`,
    record?.trainedBy
      ? `Trained by ${record.trainedBy}; measured here.`
      : places.size > 0
        ? `Trained on ${listed([...places])}: there the numbers are the same to the last bit, elsewhere about the same.`
        : 'On the same device and version of Node the numbers are the same to the last bit, elsewhere about the same.',
  ];
}

/** Which text the language models have read. */
function textFacts({ grids }: SweepSpec, record: LoadedSweep['record'], known: Known): string[] {
  if (!grids.some(({ task }) => taskNamed(known.tasks, task).readsText)) return [];
  if (!record?.corpus) return ['The text of its language models is not known: sweep.json is gone.'];
  const { corpus, origin } = record;
  const unit = corpus.rows ? 'document' : 'file';
  const files = `${grouped(corpus.documents as number)} ${unit}${corpus.documents === 1 ? '' : 's'}`;
  const named = origin ? `${origin.title}: ${files}, ${grouped(origin.bytes)} bytes` : files;
  const how = corpus.split === 'within' ? ', of each of which the last tenth is held out' : '';
  const ids = corpus.tokenizer ? ', in the ids of the tokenizer.json beside sweep.json' : '';
  return [
    `The text ${record.trainedBy ? 'that they are measured on ' : ''}is ${named}${how}${ids}; its SHA-256 is ${corpus.sha256}.`,
  ];
}

const fileOf = ({ name }: SweepSpec): string => `${name}.json`;

/** The flags that name a preset which is this specification, whatever was added to its seeds. */
function presetOf(spec: SweepSpec, known: Known, { presets = [] }: ReportOptions): string | null {
  for (const preset of presets) {
    const named = readSweepSpec(preset, known);
    const added = spec.grids[0].seeds[0] - named.grids[0].seeds[0];
    const grids = named.grids.map((grid) => ({ ...grid, seeds: grid.seeds.map((seed) => seed + added) }));
    if (JSON.stringify({ ...named, grids }) !== JSON.stringify(spec)) continue;
    return `--preset ${preset.name}${added === 0 ? '' : ` --seed ${added}`}`;
  }
  return null;
}
