// Tasks on which architectures are set beside each other, and what others found on them: values that are handed in.

/** A list of tasks, drawn as one picture. */
export interface Profile {
  /** In titles and texts: `small tasks`. */
  readonly name: string;
  readonly tasks: readonly ProfileTask[];
  /** By name of the task. */
  readonly others: Readonly<Record<string, OthersOnTask>>;
}

/** A task of a profile: a small preset with what others found on it. */
export interface ProfileTask {
  /** Of its grid in a sweep. */
  readonly name: string;
  /** In pictures and tables: `MQAR`. */
  readonly label: string;
  /** What it asks, in a word or two: tasks of one skill stand together. */
  readonly skill: string;
  /** As a specification of a sweep has it, without mixers, ratios and seeds. */
  readonly grid: Readonly<Record<string, unknown>>;
}

/** What mixers alone found on a task. */
export interface OthersOnTask {
  /** Of what they were asked (`digestOf`): figures of another setting are not compared. */
  readonly digest: string;
  /** Accuracies by name of the mixer, one for each seed. */
  readonly accuracy: Readonly<Record<string, readonly number[]>>;
}
