// The checkpoints that the paper's authors released, by their names on the Hub, and what is known of their configurations.
import { modelSizes } from './sizes.ts';

/**
 * `confirmed`: read in a configuration that others have printed, and the count of its parameters is theirs. `in part`: so for the linear
 * layers, while heads and places of the softmax layers are a guess. `guess`: FLA's defaults at the same depth and width.
 */
export type Provenance = 'confirmed' | 'in part' | 'guess';

export interface PaperCheckpoint {
  /** `org/name` on the Hub. A model is loaded by the configuration that lies there, whatever is known here. */
  readonly id: string;
  /** Its name among `namedModels()`. */
  readonly model: string;
  readonly configuration: Provenance;
}

/** Which hybrids have been seen on the Hub, by the names there: one softmax layer in every so many. */
const seen: readonly [mixer: string, name: string, ratios: string][] = [
  ['hgrn', 'HGRN', '12'],
  ['hgrn2', 'HGRN2', 'pure 24 6 3'],
  ['retnet', 'RetNet', 'pure 24 12 6 3'],
  ['gla', 'GLA', 'pure 12 3'],
  ['deltanet', 'DeltaNet', 'pure 12'],
  ['gated-deltanet', 'GatedDeltaNet', 'pure 24 12 6 3'],
];

/** What is known of the configuration of a named model; null where it is none of the paper's. */
export function provenanceOf(model: string): Provenance | null {
  const [, size, mixer, ratio] = /^(\S+) ([^,]+)(, .*)?$/.exec(model) ?? [];
  if (size !== modelSizes['340M'].name && size !== modelSizes['1.3B'].name) return null;
  if (mixer !== 'gated-deltanet') return 'guess';
  return ratio ? 'in part' : 'confirmed';
}

/** Every checkpoint whose name has been seen. */
export function paperCheckpoints(): readonly PaperCheckpoint[] {
  const named = (id: string, model: string) => ({
    id: `m-a-p/${id}`,
    model,
    configuration: provenanceOf(model) ?? 'guess',
  });
  const hybrid = (mixer: string, ratio: string) => `${mixer}, ${Number(ratio) - 1}:1`;
  return [
    named('340M-20B-GatedDeltaNet-pure-baseline', '340M gated-deltanet'),
    named('340M-20B-GatedDeltaNet-hybrid-3-1', hybrid('340M gated-deltanet', '3')),
    ...seen.flatMap(([mixer, name, ratios]) =>
      ratios
        .split(' ')
        .map((ratio) =>
          ratio === 'pure'
            ? named(`1.3B-100B-${name}-pure`, `1.3B ${mixer}`)
            : named(`1.3B-100B-${name}-hybrid-${ratio}-1`, hybrid(`1.3B ${mixer}`, ratio)),
        ),
    ),
    named('transformer_1.3B_baseline', '1.3B attention'),
  ];
}
