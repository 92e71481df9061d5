/** Waiting times and expiries of a queue. Tests shorten them. */
export interface QueueTimes {
  /** A worker that is not heard of for so long has lost its job. */
  readonly lockMs: number;
  /** How often is looked for such jobs. */
  readonly stalledMs: number;
  /** How often a producer looks after all jobs that it waits for. */
  readonly sweepMs: number;
  /** How often a worker says that it is there. */
  readonly presenceMs: number;
  /** At most so often a training's checkpoint goes to the server. */
  readonly checkpointMs: number;
  /** At most this long a process that ends waits for the server. */
  readonly farewellMs: number;
  /** How long training data stay after they were last needed, in seconds. */
  readonly dataSeconds: number;
  /** How long answers and checkpoints stay, in seconds. */
  readonly answerSeconds: number;
  /** How long weights stay after somebody took them, in seconds. */
  readonly takenSeconds: number;
}

/** What holds where nothing else is said. */
export const QUEUE_TIMES: QueueTimes = {
  lockMs: 30_000,
  stalledMs: 10_000,
  sweepMs: 5_000,
  presenceMs: 15_000,
  checkpointMs: 10_000,
  farewellMs: 10_000,
  dataSeconds: 7 * 86_400,
  answerSeconds: 86_400,
  takenSeconds: 600,
};

/** A job that was lost by more workers than that is not tried again. */
export const MOST_LOSSES = 5;
