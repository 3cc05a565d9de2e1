// What is known after a step.
import type { JsonObject } from '@twilljs/hub';

/** What is known after a step. */
export interface StepRecord {
  /** Steps done, this one included: 1, 2, ... */
  readonly step: number;
  /** Mean cross-entropy of the batch before the step, nats per label. */
  readonly loss: number;
  readonly lr: number;
  /** Global norm of the gradient before clipping. */
  readonly gradNorm: number;
  /** Tokens read by all steps so far. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The loss or the gradient was not finite, so the parameters stayed as they were. */
  readonly skipped: boolean;
  /** The step that the parameters are at: this one, or the next where the device works ahead. */
  readonly parametersAt: number;
  /** What was measured after the step, where that was due. */
  readonly validation?: JsonObject;
}
