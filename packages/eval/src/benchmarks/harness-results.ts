// Figures in the form of `results_*.json` of the lm-evaluation-harness 0.4.13, which its own tools read.
import { floatText } from '../python/float.ts';
import type { Benchmark, Suite } from './benchmark.ts';
import { generationFacts, taskHash } from './harness-samples.ts';
import type { BenchmarkResult, Figures, GroupResult, SuiteResults } from './results.ts';
import { SHOT_SEED } from './shots.ts';

/** The version whose forms these are. */
const HARNESS = '0.4.13';

/** What the figures are of. */
export interface HarnessFacts {
  /** Where the model is from: `twill`. */
  readonly source: string;
  readonly model: string;
  readonly parameters: number;
  /** `float32` or `float64`. */
  readonly dtype: string;
  readonly device: string;
  readonly maxLength: number;
  readonly limit?: number | null;
  readonly bootstrap: number;
  readonly shotSeed?: number;
  /** When it began, in milliseconds since 1970. */
  readonly began: number;
  readonly seconds: number;
  /** Further fields of one's own, beside those of the harness. */
  readonly others?: Readonly<Record<string, unknown>>;
}

/**
 * The text of `results_*.json`. Where the harness tells of its own machine, such as its version of PyTorch, there is nothing; figures are
 * written as Python's floats, so that its tables show `1.0000` for a whole one.
 *
 * @see https://github.com/EleutherAI/lm-evaluation-harness, version 0.4.13, `result_schema.py`.
 */
export async function harnessResults(results: SuiteResults, facts: HarnessFacts): Promise<string> {
  const { benchmarks, groups } = results;
  const byTask = <T>(value: (result: BenchmarkResult) => T) =>
    Object.fromEntries(benchmarks.map((result) => [result.benchmark.name, value(result)]));
  const byGroup = <T>(value: (group: GroupResult) => T) => groups.map((group) => [group.suite.name, value(group)]);
  const sorted = (entries: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  const shots = byTask((result) => result.shots);
  const better = byTask(({ benchmark }) =>
    Object.fromEntries(benchmark.metrics.map(({ name, higherIsBetter }) => [name, higherIsBetter])),
  );
  const aggregated = groups.filter(({ suite }) => suite.aggregate !== null);
  return textOf({
    results: {
      ...byTask(({ benchmark: { name }, n, metrics }) => ({ name, alias: name, sample_len: n, ...floats(metrics) })),
      ...Object.fromEntries(byGroup(groupFigures)),
    },
    ...(aggregated.length > 0 && {
      groups: Object.fromEntries(aggregated.map((group) => [group.suite.name, groupFigures(group)])),
    }),
    group_subtasks: Object.fromEntries(byGroup(({ suite }) => suite.members.map(({ name }) => name))),
    configs: sorted(byTask(configOf)),
    versions: sorted({
      ...byTask(({ benchmark }) => new Float(benchmark.version)),
      ...Object.fromEntries(byGroup(() => 'N/A')),
    }),
    'n-shot': sorted(
      withGroups(shots, groups, ([first, ...others]) => (others.every((one) => one === first) ? first : undefined)),
    ),
    higher_is_better: sorted(withGroups(better, groups, merged)),
    'n-samples': byTask(({ original, n }) => ({ original, effective: n })),
    config: {
      model: facts.source,
      model_args: { pretrained: facts.model, dtype: facts.dtype, max_length: facts.maxLength },
      model_num_parameters: facts.parameters,
      model_dtype: facts.dtype,
      model_revision: '',
      model_sha: '',
      batch_size: null,
      batch_sizes: [],
      device: facts.device,
      use_cache: null,
      limit: facts.limit ?? null,
      bootstrap_iters: facts.bootstrap,
      gen_kwargs: null,
      random_seed: null,
      numpy_seed: null,
      torch_seed: null,
      fewshot_seed: facts.shotSeed ?? SHOT_SEED,
    },
    git_hash: null,
    date: new Float(facts.began / 1000),
    pretty_env_info: '',
    lm_eval_version: HARNESS,
    max_length: facts.maxLength,
    task_hashes: Object.fromEntries(
      await Promise.all(benchmarks.map(async (result) => [result.benchmark.name, await taskHash(result)])),
    ),
    model_source: facts.source,
    model_name: facts.model,
    model_name_sanitized: sanitised(facts.model),
    system_instruction: null,
    system_instruction_sha: null,
    fewshot_as_multiturn: false,
    chat_template: null,
    chat_template_sha: null,
    total_evaluation_time_seconds: floatText(facts.seconds),
    notes: results.notes,
    ...facts.others,
  });
}

/** The name of the folder that the harness keeps results of a model in. */
export const sanitised = (model: string): string => model.replace(/["<>:/|\\?*[\]]+/g, '__');

function configOf({ benchmark, shots, samples }: BenchmarkResult): Record<string, unknown> {
  const { name, dataset, form, kind, metrics, version } = benchmark;
  const [request] = samples[0].requests;
  return {
    task: name,
    dataset_path: dataset.id,
    ...(dataset.config !== null && { dataset_name: dataset.config }),
    [`${dataset.splits.evaluation}_split`]: dataset.splits.evaluation,
    ...(shots > 0 && { fewshot_split: dataset.splits.shots }),
    description: form.description,
    target_delimiter: form.targetDelimiter,
    fewshot_delimiter: form.shotDelimiter,
    num_fewshot: shots,
    metric_list: metrics.map(({ name: metric, aggregation, higherIsBetter }) => ({
      ...{ metric, aggregation: aggregation.name, higher_is_better: higherIsBetter },
    })),
    output_type: kind,
    ...(request.kind === 'generate_until' && { generation_kwargs: generationFacts(request.options) }),
    repeats: 1,
    should_decontaminate: false,
    metadata: { version: new Float(version) },
  };
}

function groupFigures({ suite, n, metrics }: GroupResult): Record<string, unknown> {
  const { name, aggregate } = suite;
  if (aggregate === null) return { alias: name, name };
  const counted = aggregate.metrics.filter((metric) => `${metric},none` in metrics);
  return {
    ...{ alias: name, name, sample_len: n },
    ...floats(metrics),
    sample_count: Object.fromEntries(counted.map((metric) => [`${metric},none`, n])),
  };
}

/** With what the groups have in common with their members; groups come after those within them. */
function withGroups<T>(
  tasks: Readonly<Record<string, T>>,
  groups: readonly GroupResult[],
  common: (values: T[]) => T | undefined,
): Record<string, T> {
  const all = { ...tasks };
  for (const { suite } of groups) {
    const names = suite.members.map((one: Benchmark | Suite) => one.name);
    const value = common(names.filter((name) => name in all).map((name) => all[name]));
    if (value !== undefined) all[suite.name] = value;
  }
  return all;
}

type Better = Readonly<Record<string, boolean | null>>;

/** Null where members disagree. */
function merged(members: Better[]): Better {
  const all: Record<string, boolean | null> = {};
  for (const [metric, better] of members.flatMap((one) => Object.entries(one))) {
    all[metric] = metric in all && all[metric] !== better ? null : better;
  }
  return all;
}

/** A number that Python reads as a float, also a whole one. */
class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

const floats = (figures: Figures): Record<string, unknown> =>
  Object.fromEntries(Object.entries(figures).map(([name, one]) => [name, one === 'N/A' ? one : new Float(one)]));

/** Where a float stands in the text before it is written: in the private use area, so that no text of ours has it. */
const MARK = '\ue0f1';

/** JSON, its floats as Python writes them; what is no number is null, as JSON has no other word for it. */
function textOf(value: unknown): string {
  const marked = (_: string, one: unknown) =>
    one instanceof Float ? (Number.isFinite(one.value) ? MARK + floatText(one.value) : null) : one;
  return `${JSON.stringify(value, marked, 2).replaceAll(new RegExp(`"${MARK}([^"]*)"`, 'g'), '$1')}\n`;
}
