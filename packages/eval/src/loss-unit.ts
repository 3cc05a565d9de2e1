// In what a training loss is told.
import type { JsonObject } from '@twilljs/hub';

/** A factor to nats per label, and the name of the unit. */
export interface LossUnit {
  readonly perNat: number;
  readonly name: string;
}

/** That of a run: of text in a tokenizer's ids a label is no byte. @param data what its record says of its data. */
export const lossUnitOf = ({ lossUnit }: { readonly lossUnit: LossUnit }, data: JsonObject): LossUnit =>
  data.tokenizer ? { perNat: 1 / Math.LN2, name: 'bits per token' } : lossUnit;
