// Puts the cells of sweeps together into parts: one for each task, size and training, or for each section that grids name.
import { compared } from '@twilljs/eval';
import {
  type CellPlace,
  cellPlaces,
  type Setting,
  type SweepCellResult,
  type SweepGrid,
  valueIn,
} from '@twilljs/sweep';
import { FileError } from '@twilljs/tensor';
import { isRatio, ratioAxis, settingAxis, textOf } from './axis.ts';
import type { LoadedSweep } from './loaded.ts';
import type { Line, Model, Part } from './part.ts';

/** A cell, and where it stands in its specification. */
interface Entry {
  readonly cell: SweepCellResult;
  readonly place: CellPlace;
  readonly directory: string;
}

type Group = readonly [Entry, ...Entry[]];

/**
 * Cells that have the same task, size, training, data and text stand together, whichever directory they come from.
 *
 * @param isApart grids whose parts are shown elsewhere: the titles of the others need not tell them apart from these.
 */
export function partsOf(sweeps: readonly LoadedSweep[], isApart: (grid: SweepGrid) => boolean = () => false): Part[] {
  const groups = new Map<string, Group>();
  for (const { directory, known, results, record } of sweeps) {
    const places = new Map(cellPlaces(results.spec, known).map((place) => [place.name, place]));
    for (const cell of results.cells) {
      const place = places.get(cell.name) as CellPlace;
      const key = keyOf(place, record?.corpus?.sha256 ?? null);
      const entry = { cell, place, directory };
      const before = groups.get(key);
      groups.set(key, before ? [...before, entry] : [entry]);
    }
  }
  const all = [...groups.values()];
  const there = all.filter(([{ place }]) => !isApart(place.grid));
  return all.map((group) => partOf(group, titleOf(group, there)));
}

/** Of its part. The values of an axis may come from several directories. */
function keyOf({ grid, size, asked: { family, measures } }: CellPlace, sha256: unknown): string {
  const { name, task, training, data, over = {}, section } = grid;
  const text = family.readsText && sha256;
  const names = measures.map((measure) => measure.name);
  if (section !== undefined) return JSON.stringify([section, family.name, names, text]);
  return JSON.stringify([name, task, size, training, data, Object.keys(over), names, text]);
}

/** What distinguishes a part from the others of its task. */
function titleOf(group: Group, all: readonly Group[]): string {
  const [{ place, directory }] = group;
  const { grid, size, asked } = place;
  const { title } = asked.family;
  if (grid.section !== undefined) return `${title}: ${grid.section}`;
  const others = all.filter(([other]) => other.place !== place && other.place.asked.family.title === title);
  if (others.length === 0) return title;
  const isSame = ([other]: Group) => other.place.grid.name === grid.name && other.place.size.name === size.name;
  const name = grid.name === grid.task || grid.name.includes(size.name) ? size.name : `${grid.name}, ${size.name}`;
  return `${title}: ${name}${others.some(isSame) ? `, ${directory}` : ''}`;
}

function partOf(group: Group, title: string): Part {
  const [{ place }] = group;
  const names = differingIn(group);
  const models = modelsFrom(group, names);
  const made = models.filter(({ cells }) => cells.length > 0);
  const linear = made.filter(({ isSoftmax }) => !isSoftmax);
  const settings = names
    .map((name) =>
      settingAxis(
        name,
        models.map((model) => model.settings[name]),
      ),
    )
    .filter(({ values }) => values.length > 1);
  const ratio = ratioAxis(linear.map((model) => model.ratio));
  const x = ratio.values.length > 1 ? ratio : (settings[0] ?? ratio);
  const isFull = (model: Model) => model.isSoftmax && isRatio(x);
  return {
    title,
    task: place.asked.family,
    measures: compared(place.asked.measures),
    data: place.data,
    grid: place.grid,
    x,
    axes: settings,
    lines: linesOf(
      made.filter((model) => !isFull(model)),
      settings.filter((axis) => axis !== x),
    ),
    full: made.filter(isFull),
    failed: group.flatMap(({ cell }) => (cell.failed === undefined ? [] : [cell])),
  };
}

/** What is said of a cell, before anything is filled in. */
const said = ({ grid, size }: CellPlace): Readonly<Record<string, unknown>> => ({
  size: size.name,
  ...size.model,
  ...grid.training,
  ...grid.data,
});

/** Names of settings in which cells differ: the axes of their grids, and what these say differently. */
function differingIn(group: Group): string[] {
  const places = group.map(({ place }) => place);
  const axes = new Set(places.flatMap(({ settings }) => Object.keys(settings)));
  const grids = [
    ...new Map(places.map((place) => [`${JSON.stringify(place.grid)} ${place.size.name}`, said(place)])).values(),
  ];
  const names = new Set(grids.flatMap((grid) => Object.keys(grid)));
  const differing = [...names].filter((name) => new Set(grids.map((grid) => JSON.stringify(grid[name]))).size > 1);
  // A size that has a name stands for its fields.
  const sizes = new Set(places.flatMap(({ size }) => Object.keys(size.model)));
  const isTold = differing.includes('size');
  return [...new Set([...axes, ...differing.filter((name) => !(isTold && sizes.has(name)))])];
}

function settingIn(place: CellPlace, name: string): Setting {
  const all = { ...said(place), ...place.training, ...place.data, ...place.settings };
  const value = (all as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : ((value ?? null) as Setting);
}

/** In the order of the grids. */
function modelsFrom(group: Group, names: readonly string[]): Model[] {
  const models = new Map<string, { entry: Entry; settings: Model['settings']; cells: Map<number, Entry> }>();
  for (const entry of group) {
    const { mixer, ratio, seed } = entry.cell;
    const settings = Object.fromEntries(names.map((name) => [name, settingIn(entry.place, name)]));
    const key = JSON.stringify([mixer, ratio, settings]);
    const model = models.get(key) ?? { entry, settings, cells: new Map() };
    models.set(key, model);
    const before = model.cells.get(seed);
    if (before) checkSame(before, entry);
    if (!before || before.cell.failed !== undefined) model.cells.set(seed, entry);
  }
  return [...models.values()].map(({ entry: { cell, place }, settings, cells }) => {
    const found = [...cells.values()].map((one) => one.cell).filter(({ failed }) => failed === undefined);
    const { family, training, data } = place;
    return {
      mixer: cell.mixer,
      family: family.title,
      isSoftmax: family.role === 'softmax',
      ratio: cell.ratio,
      settings,
      steps: training.steps,
      tokens: training.steps * data.batch * data.length,
      cells: found.sort((a, b) => a.seed - b.seed),
      counts: found[0] ?? cell,
    };
  });
}

function checkSame(before: Entry, { cell, place, directory }: Entry): void {
  if (before.cell.failed !== undefined || cell.failed !== undefined) return;
  const found = (one: SweepCellResult) =>
    JSON.stringify([compared(place.asked.measures).map((measure) => valueIn(one, measure)), one.losses]);
  if (found(before.cell) === found(cell)) return;
  throw new FileError(
    `${directory}: ${cell.name} has another result than the same cell of an earlier directory; report them apart.`,
  );
}

/** Models that share everything but the axis that is drawn over. @param others the axes beside it. */
function linesOf(models: readonly Model[], others: Part['axes']): Line[] {
  const lines = new Map<string, [Model, ...Model[]]>();
  for (const model of models) {
    const name = [model.family, ...others.map((axis) => textOf(axis, axis.of(model)))].join(', ');
    const line = lines.get(name);
    lines.set(name, line ? [...line, model] : [model]);
  }
  return [...lines].map(([name, own]) => ({ name, models: own }));
}
