/** Named byte arrays. */
export type Blobs = Readonly<Record<string, Uint8Array>>;

/** How far a run is: all that is needed to go on from there. */
export interface Checkpoint {
  /** Steps done, a safe integer >= 0. */
  readonly step: number;
  /** The run's state as text. */
  readonly json: string;
  /** What text is no good for: parameters, optimiser state. */
  readonly blobs: Blobs;
}

/** A step of a run as told to its history. */
export interface HistoryEntry {
  /** Number of the step; each is above the one before. */
  readonly step: number;
  /** What happened, as text. */
  readonly json: string;
}

/** Bytes kept under a key, with a description. */
export interface Blob {
  /** The content. */
  readonly bytes: Uint8Array;
  /** Description given when it was put, as text. */
  readonly meta: string;
}

/** How much there is of one kind. */
export interface Amount {
  /** Number of entries. */
  readonly count: number;
  /** Bytes of their content, keys left out. */
  readonly sizeBytes: number;
}

/** What a store holds. */
export interface Usage {
  /** Evaluations, shared by all runs. */
  readonly evaluations: Amount;
  /** Blobs, shared by all runs. */
  readonly blobs: Amount;
  /** Checkpoints, those of archived runs included. */
  readonly checkpoints: Amount;
  /** History entries, those of archived runs included. */
  readonly history: Amount;
}

/** A run that is this process's own until the lock is released. */
export interface RunLock extends Disposable {
  /** Lets other processes have the run. Idempotent; also done by a kill. */
  release(): void;
  /** The same as release, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Keeps evaluations and blobs (content-addressed, written once, shared by all
 * runs) and for each run one checkpoint and a history. Every method is
 * synchronous and whole: it happened, also after a power cut, or it did not.
 *
 * Any method throws {@link StoreError}: when what it reads is not what was
 * written, when it cannot write, when the database stays locked.
 */
export interface Store {
  /**
   * The evaluation kept under a key.
   *
   * @param key Digest of all it depends on.
   * @returns Its text, or undefined if there is none.
   */
  getEvaluation(key: string): string | undefined;
  /**
   * Keeps an evaluation. What a key already has stays: an evaluation is a
   * function of its key, and a run may have read it.
   *
   * @param key Digest of all it depends on.
   * @param json Its text.
   * @returns Whether it was new.
   */
  putEvaluation(key: string, json: string): boolean;
  /**
   * The bytes kept under a key, a copy, or undefined if there are none.
   *
   * @param key Digest of all they depend on.
   */
  getBlob(key: string): Blob | undefined;
  /**
   * Keeps bytes. What a key already has stays.
   *
   * @param key Digest of all they depend on.
   * @param bytes Content, at most 1e9 bytes less some for the row.
   * @param meta Description, as text.
   * @returns Whether they were new.
   */
  putBlob(key: string, bytes: Uint8Array, meta: string): boolean;
  /**
   * Where a run is, or undefined if it has not begun. Damage is never mistaken
   * for a run that has not begun.
   *
   * @param run Digest of the run's configuration.
   */
  getCheckpoint(run: string): Checkpoint | undefined;
  /**
   * Replaces a run's checkpoint. What belongs to the same step (evaluations,
   * history) goes into the same {@link Store.transaction}.
   *
   * @param run Digest of the run's configuration.
   * @param checkpoint The new one.
   * @throws {RangeError} If the step is no safe integer >= 0.
   */
  putCheckpoint(run: string, checkpoint: Checkpoint): void;
  /**
   * Adds a step to a run's history.
   *
   * @param run Digest of the run's configuration.
   * @param step Number of the step, above the last one.
   * @param json What happened, as text.
   * @throws {RangeError} If the step is not above the last one: a continued
   *   run would otherwise count a step twice.
   */
  appendHistory(run: string, step: number, json: string): void;
  /**
   * A run's history in the order of its steps.
   *
   * @param run Digest of the run's configuration.
   */
  history(run: string): readonly HistoryEntry[];
  /**
   * Number of steps of a run's history.
   *
   * @param run Digest of the run's configuration.
   */
  historyLength(run: string): number;
  /**
   * Names of the runs in use that have a checkpoint, sorted.
   *
   * @param prefix What the names begin with; "" for all.
   */
  runs(prefix: string): readonly string[];
  /**
   * Makes several calls one: all of them happened or none. One within another
   * is part of it.
   *
   * @param work Must not be asynchronous.
   * @returns What `work` returns.
   * @throws {TypeError} If `work` returns a promise; nothing happened then.
   */
  transaction<T>(work: () => T): T;
  /**
   * Takes a run for this process.
   *
   * @param run Digest of the run's configuration.
   * @throws {StoreError} `locked` if another process, or another caller in
   *   this one, has it.
   */
  lockRun(run: string): RunLock;
  /**
   * Sets a run's checkpoint and history aside, so that it begins anew. They
   * stay in the file; evaluations and blobs stay in use.
   *
   * @param run Digest of the run's configuration.
   * @returns Whether there was anything to set aside.
   */
  archiveRun(run: string): boolean;
  /** How much the store holds. */
  usage(): Usage;
  /** Lets go of the file and the locks. Idempotent. */
  close(): void;
}
