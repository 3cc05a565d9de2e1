// What the page and its worker tell each other.

/** A row to complete: pairs of a key and its value, then a key. */
export interface Question {
  readonly pairs: readonly (readonly [key: number, value: number])[];
  readonly key: number;
}

export type Told =
  | { readonly kind: 'device'; readonly label: string; readonly parameters: number; readonly steps: number }
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'recall'; readonly step: number; readonly recall: number }
  | { readonly kind: 'trained'; readonly recall: number; readonly seconds: number }
  | { readonly kind: 'answer'; readonly question: Question; readonly answer: number }
  | { readonly kind: 'failed'; readonly message: string };

export type Asked = { readonly kind: 'train' } | { readonly kind: 'ask'; readonly question: Question };
