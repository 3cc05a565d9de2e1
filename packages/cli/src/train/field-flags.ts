// The flags of `twill train` that fill a field of a table: of the task, the model, the trainer.
import { type Field, modelFields } from '@twilljs/nn';
import { trainFields } from '@twilljs/train';

export type BagName = 'options' | 'model' | 'training';

/** A flag that fills a field. */
export interface FieldFlag {
  readonly bag: BagName;
  readonly field: string;
  readonly flag: string;
  readonly help: string;
  readonly is: Field;
  /** The default in words. */
  readonly rule: string | undefined;
}

/** Where they differ: the flag from the field's name, the default in words, what the field may hold from what its table says. */
type More = { readonly flag?: string; readonly rule?: string; readonly is?: Field };
type Row = readonly [field: string, help: string, more?: More];

function fill(bag: BagName, table: Readonly<Record<string, Field>>, rows: readonly Row[]): FieldFlag[] {
  return rows.map(([field, help, { flag = kebab(field), rule, is = table[field] } = {}]) => {
    return { bag, field, flag, help, is, rule: rule ?? (bag === 'training' ? String(is.default) : undefined) };
  });
}

const size = { type: 'integer' } as const;
const convention: More = { is: { type: 'string', oneOf: ['literal', 'period'] }, rule: 'literal' };
const packing: More = { flag: 'documents', is: { type: 'string', oneOf: ['together', 'apart'] }, rule: 'together' };
const order: More = { is: { type: 'string', oneOf: ['windows', 'documents'] }, rule: 'windows' };
const pattern: More = { is: { type: 'string' } };

export const fieldFlags: readonly FieldFlag[] = [
  ...fill('options', {}, [
    ['length', 'tokens of a row, T', { is: size }],
    ['batch', 'rows of a step, B', { is: size }],
    ['pairs', 'pairs of a row', { is: size }],
    ['vocab', 'ids, half of them keys', { flag: 'vocab-size', is: size }],
    ['packing', 'whether documents in a row see each other: together or apart', packing],
    [
      'order',
      'rows from anywhere in a text (windows), or whole documents, each once an epoch, packed (documents)',
      order,
    ],
  ]),
  ...fill('model', modelFields, [
    ['convention', 'how n:1 is read: literal (n linear, then one full) or period (one full in n)', convention],
    ['pattern', 'layers by letter, repeated to the depth: G the mixer, A full attention, such as GGGA', pattern],
    ['hidden_size', 'width D', { rule: '48' }],
    ['num_hidden_layers', 'depth L', { flag: 'layers', rule: '4' }],
    ['num_heads', 'heads of every mixer that has heads', { flag: 'heads', is: size, rule: '2' }],
    ['head_dim', 'size of a head, for a mixer that has it as a field', { is: size, rule: 'hidden size / heads' }],
    ['intermediate_size', 'width of the MLP', { rule: '8/3 of the hidden size' }],
    ['initializer_range', 'standard deviation of initial weights', { flag: 'init-std', rule: '0.05' }],
  ]),
  ...fill('training', trainFields, [
    ['steps', 'optimiser steps', { rule: '500' }],
    ['lr', 'peak learning rate'],
    ['warmup', 'steps until the peak', { rule: 'a tenth of the steps, at most 100' }],
    ['decay', 'how the learning rate falls: cosine, linear or constant'],
    ['minRatio', 'learning rate of the last step, as a part of the peak'],
    ['optimizer', 'adamw; or muon for the matrices of the blocks, and adamw for the rest'],
    ['weightDecay', 'decoupled weight decay'],
    ['decayed', 'parameters that decay: matrices or all'],
    ['momentum', 'of muon'],
    ['adjustLrFn', 'of muon: match_rms_adamw, by which --lr suits both, or original'],
    ['maxNorm', 'largest global norm of the gradient', { flag: 'clip' }],
    ['microBatches', 'parts into which a batch is cut to save memory'],
  ]),
];

/** How a field of a bag is called on the command line. */
export function flagOf(bag: BagName, field: string): string {
  const known = fieldFlags.find((one) => one.bag === bag && one.field === field);
  return known ? `--${known.flag}` : bag === 'options' ? `--task-option ${field}` : `--set ${field}`;
}

/** `hiddenSize`, `hidden_size` -> `hidden-size`. */
export function kebab(name: string): string {
  return name.replaceAll('_', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
