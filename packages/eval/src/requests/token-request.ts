// What is asked of a model once texts are ids.

/** How likely a continuation is after a context. */
export interface TokenRequest {
  /** At least one id. */
  readonly context: Int32Array;
  /** At least one id: its last is predicted but never read. */
  readonly continuation: Int32Array;
}

/** Log-probabilities of the tokens of a continuation. */
export interface TokenAnswer {
  /**
   * log p of each id of the continuation after all before it, in nats: NaN where the logits are no numbers that softmax takes, -Infinity
   * where they give it no chance.
   */
  readonly logprobs: Float64Array;
  /** Whether each of them has the largest logit. */
  readonly greedy: boolean;
}
