/**
 * What worker threads and the thread that searches did when, and what a search's
 * time is made of.
 *
 * @module
 */

/** A stretch of time, in milliseconds since the process began. */
export interface Span {
  /** Beginning. */
  readonly start: number;
  /** End, >= start. */
  readonly end: number;
}

/** An order that a worker thread carried out. */
export interface OrderSpan extends Span {
  /** Its type among the pool's messages. */
  readonly type: "evaluate" | "predict" | "measure";
}

/** Everything that was seen. */
export interface Trace {
  /** Milliseconds of the whole process. */
  readonly totalMs: number;
  /** One a worker thread, in the order of their starts. */
  readonly workers: readonly (readonly OrderSpan[])[];
  /** Calls of the store's database. */
  readonly store: readonly Span[];
}

/** Seconds of worker threads, of all together; they add up to wall time times workers. */
export interface TimeParts {
  /** Trainings: students, rungs and finals. */
  readonly trainings: number;
  /** Predictions: teacher's logits. */
  readonly predictions: number;
  /** Measurements of latency. */
  readonly measurements: number;
  /** Idle while another one still worked: an iteration's end. */
  readonly waiting: number;
  /** Idle while the store wrote or read. */
  readonly store: number;
  /** Idle between orders for any other reason: the policy, and the rest of the search. */
  readonly between: number;
  /** Before the first order: packages, data, engine, teacher. */
  readonly before: number;
  /** After the last one: test scores, records, figures. */
  readonly after: number;
}

/** Milliseconds that two sorted lists of spans without overlap have in common. */
function overlap(a: readonly Span[], b: readonly Span[]): number {
  let [i, j, common] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const [one, other] = [a[i]!, b[j]!];
    common += Math.max(
      0,
      Math.min(one.end, other.end) - Math.max(one.start, other.start),
    );
    if (one.end < other.end) i++;
    else j++;
  }
  return common;
}

/** What lies between two moments and in none of the spans. */
function gaps(
  spans: readonly Span[],
  { start, end }: Span,
): readonly Span[] {
  const found: Span[] = [];
  let at = start;
  for (const span of spans) {
    if (span.start > at) found.push({ start: at, end: span.start });
    at = Math.max(at, span.end);
  }
  if (at < end) found.push({ start: at, end });
  return found;
}

/** The union of spans, sorted and without overlap. */
function union(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || span.start > last.end) joined.push(span);
    else if (span.end > last.end) {
      joined[joined.length - 1] = { start: last.start, end: span.end };
    }
  }
  return joined;
}

function length(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

/**
 * What the time was made of.
 *
 * @param trace What was seen; a worker that never started counts as idle.
 * @param workers How many there may be, >= 1.
 * @throws {RangeError} If no worker did anything.
 */
export function timeParts(
  { totalMs, workers: seen, store }: Trace,
  workers: number,
): TimeParts {
  const all = seen.flat();
  if (all.length === 0) {
    throw new RangeError(
      "Cannot divide a search's time: its workers did nothing, expected orders",
    );
  }
  const from = Math.min(...all.map(({ start }) => start));
  const to = Math.max(...all.map(({ end }) => end));
  const busy = union(all);
  // While nobody works the search waits for its own thread.
  const alone = gaps(busy, { start: from, end: to });
  const storing = overlap(alone, union(store));
  const ofType = (type: OrderSpan["type"]) =>
    length(all.filter((order) => order.type === type)) / 1000;
  return {
    trainings: ofType("evaluate"),
    predictions: ofType("predict"),
    measurements: ofType("measure"),
    waiting: (workers * length(busy) - length(all)) / 1000,
    store: workers * storing / 1000,
    between: workers * (length(alone) - storing) / 1000,
    before: workers * from / 1000,
    after: workers * (totalMs - to) / 1000,
  };
}
