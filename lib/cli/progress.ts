import { type Clock, formatDuration, wallClock } from "./clock.ts";
import {
  currentVoice,
  emit,
  notify,
  type OutputEvent,
  type TextSink,
  type Voice,
  writeText,
} from "./output.ts";
import { readVariable } from "./variable.ts";

/** On a terminal the line is redrawn at most this often. */
const REDRAW_MS = 100;
/** Elsewhere (a file, a CI log) a line is printed at most this often. */
const PLAIN_MS = 10_000;
/** A program is told at most this often. */
const EVENT_MS = 1000;

/** What a terminal had for decades. */
const USUAL_COLUMNS = 80;

/** What {@link createProgress} needs to know. */
export interface ProgressOptions {
  /** What is being done, for example "rq1 seed 1". */
  readonly label: string;
  /** Steps in all, >= 1. */
  readonly total: number;
  /** Steps done by an earlier process; they do not count for the speed. Default 0. */
  readonly restored?: number;
  /**
   * Seconds until the end, where something better is known than the mean speed
   * so far, and, as a text, when the whole work will be done.
   */
  readonly forecast?: () => { readonly seconds: number; readonly all: string };
  /** Name of a step in the plural; default "steps". */
  readonly unit?: string;
  /** What else is shown at the line's end, asked each time it is drawn. */
  readonly status?: () => string;
  /** Default `Deno.stderr`. */
  readonly stream?: TextSink;
  /** Milliseconds; default the machine's monotonic clock. */
  readonly now?: Clock["monotonicMs"];
  /** Whether the line can be redrawn; default whether stderr is a terminal and no dumb one. */
  readonly isTerminal?: boolean;
  /** Width of the terminal in characters; default asked of the terminal; 80 where it does not tell, or says 0. */
  readonly columns?: number;
  /** How it speaks; default like the process. */
  readonly voice?: Voice;
}

/** A progress line on standard error. */
export interface Progress {
  /**
   * Counts steps done by work.
   *
   * @param steps How many; default 1.
   * @param note Shown behind the line, for example "reward 0.84".
   */
  advance(steps?: number, note?: string): void;
  /**
   * Counts steps that cost nothing (found in the memo): they do not count for
   * the speed.
   */
  skip(steps?: number): void;
  /**
   * Goes on after other work, whose time does not count for the speed: what passed
   * since the last step.
   */
  resume(): void;
  /** Prints a line of its own above the progress line. */
  log(line: string): void;
  /** Shows the final state and leaves it there. Idempotent. */
  finish(): void;
}

/**
 * Shows how far the work is, how fast it goes and when it will be done.
 * Restored and skipped steps are left out of the speed, so a continued run
 * does not promise the impossible.
 *
 * @param options Label, total and where to write.
 * @throws {RangeError} If total is not >= 1.
 */
export function createProgress(options: ProgressOptions): Progress {
  const {
    label,
    total,
    restored = 0,
    unit = "steps",
    forecast,
    status,
    stream = Deno.stderr,
    now = wallClock.monotonicMs,
    isTerminal = isRedrawable(),
    columns: asked = isTerminal ? terminalColumns() : USUAL_COLUMNS,
    voice = currentVoice(),
  } = options;
  // Some terminals do not know and say 0.
  const columns = asked > 0 ? asked : USUAL_COLUMNS;
  if (!(total >= 1)) {
    throw new RangeError(
      `Cannot show progress: total is ${total}, expected at least 1`,
    );
  }
  let startMs = now();
  let steppedMs = startMs;
  let done = restored;
  let worked = 0;
  let note = "";
  let shownMs = isTerminal ? -Infinity : startMs;
  let shownDone: number | undefined;
  let finished = false;
  const pauseMs = voice === "json"
    ? EVENT_MS
    : isTerminal
    ? REDRAW_MS
    : PLAIN_MS;

  function look(): State {
    const seconds = (now() - startMs) / 1000;
    const perSecond = worked > 0 && seconds > 0 ? worked / seconds : undefined;
    const isDone = done >= total;
    const rest = forecast?.() ??
      { seconds: (total - done) / (perSecond ?? 0), all: "" };
    return {
      ...{ label, done, total, unit, seconds, perSecond, note },
      rest: !isDone && Number.isFinite(rest.seconds) ? rest : undefined,
      status: isDone ? "" : status?.() ?? "",
    };
  }
  function draw(): void {
    shownMs = now();
    shownDone = done;
    if (voice === "quiet") return;
    if (voice === "json") return emit(eventOf(look()));
    // One column stays free: some terminals wrap when the last one is used. What
    // was there is cleared behind the new text: a line that is empty for a moment
    // flickers.
    const text = isTerminal
      ? `\r${textOf(look(), columns - 1)}\x1b[K`
      : `${textOf(look(), Infinity)}\n`;
    writeText(stream, text);
  }
  function drawIfDue(): void {
    if (finished) return;
    if (now() - shownMs >= pauseMs) draw();
  }
  return {
    advance(steps = 1, newNote) {
      done += steps;
      worked += steps;
      steppedMs = now();
      note = newNote ?? note;
      drawIfDue();
    },
    skip(steps = 1) {
      done += steps;
      steppedMs = now();
      drawIfDue();
    },
    resume() {
      startMs += now() - steppedMs;
      steppedMs = now();
    },
    log(text) {
      if (voice !== "text") return notify(text);
      if (!isTerminal || finished) return writeText(stream, `${text}\n`);
      writeText(stream, `\r\x1b[K${text}\n`);
      draw();
    },
    finish() {
      if (finished) return;
      // A log already has the line if nothing was done since.
      if (isTerminal || shownDone !== done) draw();
      if (isTerminal && voice === "text") writeText(stream, "\n");
      finished = true;
    },
  };
}

/** How far the work is, at one moment. */
interface State {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Since it was begun, without other work in between. */
  readonly seconds: number;
  /** Steps; none before the first. */
  readonly perSecond: number | undefined;
  /** Until the end; none where it is not known. */
  readonly rest: { readonly seconds: number; readonly all: string } | undefined;
  readonly note: string;
  readonly status: string;
}

/** The line: where it is too long, without what is least worth knowing. */
function textOf(state: State, columns: number): string {
  const { label, done, total, unit, seconds, perSecond, rest } = state;
  const percent = Math.floor((100 * done) / total);
  const head = `${label}: ${done}/${total} ${unit} (${percent} %)`;
  const speed = perSecond === undefined ? [] : [formatSpeed(perSecond, unit)];
  const took = perSecond === undefined || done < total
    ? []
    : [`in ${formatDuration(seconds)}`];
  const eta = rest === undefined ? "" : `ETA ${formatDuration(rest.seconds)}`;
  const ends = rest === undefined ? [] : [`${eta}${rest.all}`];
  const fitting = [
    [head, ...speed, ...took, ...ends],
    [head, ...took, ...ends],
    [head, eta].filter((text) => text !== ""),
  ].map((parts) => parts.join(", ")).find((text) => text.length <= columns);
  if (fitting !== undefined) {
    const more = [state.note, state.status].filter((text) => text !== "");
    return [fitting, ...more].join(", ").slice(0, columns);
  }
  // How long it takes is what people look for: the name is cut rather.
  const end = eta === "" ? "" : `, ${eta}`;
  const room = Math.max(0, columns - end.length);
  return `${head.slice(0, room)}${end}`.slice(0, columns);
}

function eventOf(
  { rest, perSecond, seconds, note, status, ...state }: State,
): OutputEvent {
  return {
    event: "progress",
    ...state,
    seconds,
    ...perSecond !== undefined && { perSecond },
    ...rest !== undefined && { etaSeconds: rest.seconds },
    ...note !== "" && { note },
    ...status !== "" && { status },
  };
}

/** Steps a second, or seconds a step where that is the readable way round. */
function formatSpeed(perSecond: number, unit: string): string {
  if (perSecond >= 1) {
    return `${perSecond.toFixed(perSecond < 100 ? 1 : 0)} ${unit}/s`;
  }
  const seconds = 1 / perSecond;
  const each = unit.replace(/(?<=ch|ss)es$|s$/, "");
  return seconds < 60
    ? `${seconds.toFixed(1)} s/${each}`
    : `${formatDuration(seconds)}/${each}`;
}

/** A dumb terminal shows the codes that move its cursor. */
function isRedrawable(): boolean {
  return Deno.stderr.isTerminal() &&
    readVariable("TERM", { unreadable: "dumb" }) !== "dumb";
}

/** Asking fails when stderr was replaced meanwhile. */
function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return USUAL_COLUMNS;
  }
}
