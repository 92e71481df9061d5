/**
 * What a producer waits for: each job from the asking to the answer, whatever
 * becomes of it on the way.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { networkId } from "../network/mod.ts";
import {
  type EngineIdentity,
  type EvaluationRequest,
  type Execution,
  type ExecutionOptions,
  InterruptedError,
  type Prediction,
  type PredictionRequest,
} from "../search/mod.ts";
import {
  type Asked,
  askEvaluation,
  askPrediction,
  type Needs,
  type Order,
  type Waiter,
} from "./_asking.ts";
import { type Blob, getBlob, keepBlob } from "./_blobs.ts";
import type { Board } from "./_board.ts";
import { taskId } from "./_keys.ts";
import {
  answers,
  checkTask,
  readAnswer,
  readFailure,
  readProgress,
  type Task,
} from "./_messages.ts";
import type { Uploads } from "./_uploads.ts";
import { QueueError } from "./errors.ts";
import { answerKey } from "./names.ts";
import { MOST_LOSSES } from "./times.ts";

/** A job that somebody in this process waits for. */
interface Ticket {
  readonly id: string;
  readonly rank: number;
  readonly task: Task;
  readonly needs: Needs;
  readonly waiters: Waiter[];
  /** Whether it was seen on the server, or put there. */
  isPlaced: boolean;
  /** Whether this process put it there. */
  isOwn: boolean;
  /** Whether somebody is at it now. */
  isBusy: boolean;
  /** Whether something happened to it meanwhile. */
  isStale: boolean;
  /** How often it was placed anew. */
  renewals: number;
}

/** What {@link createTickets} works with. */
export interface TicketsOptions {
  readonly redis: Redis;
  readonly board: Board;
  readonly uploads: Uploads;
  /** Name of the queue. */
  readonly queue: string;
  readonly engine: EngineIdentity;
  /** An id of this process. */
  readonly producer: string;
  /** Students trained at once, by all workers. */
  readonly threads: () => number;
  /** How long weights stay once they were taken. */
  readonly takenSeconds: number;
  /** Told of what will be tried again. */
  readonly trouble: (error: unknown) => void;
}

/** All that is waited for. */
export interface Tickets {
  /** Asks for a training. */
  evaluate(
    request: EvaluationRequest,
    options: ExecutionOptions,
    order: Order<Execution>,
  ): void;
  /** Asks for a prediction. */
  predict(
    request: PredictionRequest,
    rank: number,
    order: Order<Prediction>,
  ): void;
  /** Looks after a job of which something was heard. */
  tend(id: string): void;
  /** Passes on where a job says that it is. */
  tell(id: string, progress: unknown): void;
  /** Looks after all jobs: events can be missed, and servers lose things. */
  sweep(): Promise<void>;
  /** Rejects all, and drops those of this process that nobody has begun. */
  stop(): Promise<void>;
}

/** So many jobs of a producer are on the server at least, if it has them. */
const LEAST_PLACED = 8;
/** Times a job is placed anew before something must be wrong with who answers. */
const MOST_RENEWALS = 50;

/** Nothing is waited for yet. */
export function createTickets(options: TicketsOptions): Tickets {
  const { redis, board, uploads, queue, engine, threads, trouble } = options;
  const asking = { uploads, engine, producer: options.producer };
  const tickets = new Map<string, Ticket>();
  /** Those that are not on the server yet, in their order. */
  const waiting: Ticket[] = [];
  let isStopped = false;

  /**
   * Twice as many jobs as there are threads keep them busy. More would make other
   * producers wait for all of them: so all have an equal share.
   */
  function dispatch(): void {
    const most = Math.max(LEAST_PLACED, 2 * threads());
    while (waiting.length > 0 && tickets.size - waiting.length < most) {
      look(waiting.shift()!);
    }
  }

  function place({ task, needs, waiter }: Asked, rank = 0): void {
    const id = taskId(checkTask(task), engine);
    const known = tickets.get(id);
    if (known !== undefined) return void known.waiters.push(waiter);
    const ticket: Ticket = {
      id,
      rank,
      task,
      needs,
      waiters: [waiter],
      isPlaced: false,
      isOwn: false,
      isBusy: false,
      isStale: false,
      renewals: 0,
    };
    tickets.set(id, ticket);
    const behind = waiting.findIndex((each) => each.rank > rank);
    waiting.splice(behind < 0 ? waiting.length : behind, 0, ticket);
    dispatch();
  }

  /** Whether a ticket is waited for still. */
  function isOpen(ticket: Ticket): boolean {
    return tickets.get(ticket.id) === ticket;
  }

  function end(ticket: Ticket, tell: (waiter: Waiter) => void): void {
    if (!isOpen(ticket)) return;
    tickets.delete(ticket.id);
    for (const waiter of ticket.waiters) tell(waiter);
    dispatch();
  }

  /** Brings a ticket forward; one at a time, and once more if something happens. */
  async function look(ticket: Ticket): Promise<void> {
    if (ticket.isBusy) {
      ticket.isStale = true;
      return;
    }
    ticket.isBusy = true;
    try {
      do {
        ticket.isStale = false;
        await advance(ticket);
      } while (ticket.isStale && isOpen(ticket));
    } catch (error) {
      if (isStopped) return;
      // A server that is full, or loading, will take it at the next sweep.
      const isPassing = error instanceof Error &&
        (error.name === "ReplyError" || /onnection/.test(error.message));
      if (isPassing) return trouble(error);
      end(ticket, ({ reject }) => reject(error as Error));
    } finally {
      ticket.isBusy = false;
    }
  }

  async function advance(ticket: Ticket): Promise<void> {
    // Of one that was not placed, both questions at once: mostly it is new.
    const asked = ticket.isPlaced ? undefined : board.state(ticket.id);
    asked?.catch(() => undefined);
    if (await collect(ticket)) return;
    const state = await (asked ?? board.state(ticket.id));
    if (!isOpen(ticket)) return;
    if (state === "failed") return await handleFailure(ticket);
    if (state !== "none") {
      ticket.isPlaced = true;
      return;
    }
    if (ticket.isPlaced) {
      // It may have been answered between the two questions.
      if (await collect(ticket)) return;
      if (ticket.renewals++ >= MOST_RENEWALS) {
        const reason = "its jobs end again and again without an answer to it";
        return end(
          ticket,
          ({ reject }) => reject(new QueueError(describe(ticket.task, reason))),
        );
      }
      // The server may have lost more than the job.
      uploads.doubt();
    }
    await put(ticket);
  }

  async function put(ticket: Ticket): Promise<void> {
    const { id, needs, rank } = ticket;
    await uploads.ensureData(needs.data);
    for (const bytes of needs.bytes) await uploads.ensureBytes(bytes);
    if (!isOpen(ticket)) return;
    const keepsWeights = ticket.waiters.some((each) => each.keepsWeights);
    const task = ticket.task.kind === "evaluate"
      ? { ...ticket.task, keepsWeights }
      : ticket.task;
    ticket.isOwn = true;
    await board.add(id, task, rank);
    // Stopped meanwhile: nobody is left to take it back.
    if (!isOpen(ticket)) return await board.remove(id);
    ticket.isPlaced = true;
  }

  /** Takes the answer if a whole one is there. */
  async function collect(ticket: Ticket): Promise<boolean> {
    const { id, task } = ticket;
    const answer = readAnswer(await redis.get(answerKey(queue, id)));
    if (answer === undefined) return false;
    const wantsWeights = ticket.waiters.some((each) => each.keepsWeights);
    if (!answers(answer, task, wantsWeights)) return false;
    let blob: Blob | undefined;
    if (answer.kind === "predicted") blob = answer.logits;
    else if (wantsWeights) blob = answer.weights;
    const bytes = blob && await getBlob(redis, blob);
    // Bytes that have expired are made again.
    if (blob !== undefined && bytes === undefined) return false;
    end(ticket, ({ take }) => take(answer, bytes));
    if (blob !== undefined) {
      keepBlob(redis, blob, options.takenSeconds).catch(trouble);
    }
    return true;
  }

  async function handleFailure(ticket: Ticket): Promise<void> {
    const { id, task } = ticket;
    const reason = await board.reason(id);
    if (!ticket.isPlaced || reason === undefined) {
      // Of an earlier attempt, or taken away meanwhile.
      await board.remove(id);
      return await put(ticket);
    }
    const failure = readFailure(reason);
    if (failure?.kind === "missing" && ticket.renewals < MOST_RENEWALS) {
      ticket.renewals++;
      uploads.doubt();
      await board.remove(id);
      return await put(ticket);
    }
    const error = failure?.kind === "threw"
      ? new Error(failure.message)
      : new QueueError(describe(task, failure?.message ?? reason));
    end(ticket, ({ reject }) => reject(error));
  }

  return {
    evaluate(request, given, order) {
      place(askEvaluation(request, given, { ...asking, order }), given.rank);
    },
    predict(request, rank, order) {
      place(askPrediction(request, { ...asking, order }), rank);
    },
    tend(id) {
      const ticket = tickets.get(id);
      if (ticket?.isPlaced || ticket?.isBusy) look(ticket);
    },
    async tell(id, value) {
      const waiters = () =>
        tickets.get(id)?.waiters.filter((each) => each.afterEpoch) ?? [];
      if (waiters().length === 0) return;
      const progress = readProgress(JSON.stringify(value));
      if (progress === undefined) return;
      const { checkpoint: blob, ...known } = progress;
      const checkpoint = await getBlob(redis, blob)
        .catch(trouble);
      if (!(checkpoint instanceof Uint8Array)) return;
      for (const waiter of waiters()) {
        try {
          waiter.afterEpoch!({ checkpoint, ...known });
        } catch (error) {
          // A full disk, say: it is the training's trouble, not the process's.
          const ticket = tickets.get(id)!;
          ticket.waiters.splice(ticket.waiters.indexOf(waiter), 1);
          waiter.reject(error as Error);
          if (ticket.waiters.length === 0) end(ticket, () => undefined);
        }
      }
    },
    async sweep() {
      const placed = [...tickets.values()].filter((each) =>
        !waiting.includes(each) && !each.isBusy
      );
      await Promise.all(placed.map(look));
      dispatch();
    },
    async stop() {
      isStopped = true;
      const all = [...tickets.values()];
      tickets.clear();
      waiting.length = 0;
      for (const { waiters } of all) {
        for (const { reject } of waiters) {
          reject(new InterruptedError("Interrupted"));
        }
      }
      // Where another producer waits for one too, it puts it there again.
      const own = all.filter(({ isOwn }) => isOwn);
      await Promise.all(own.map(({ id }) => board.remove(id)));
    },
  };
}

/** Why a job was given up, and what to do. */
function describe({ kind, request }: Task, reason: string): string {
  const what = `Cannot ${kind} ${networkId(request.network).slice(0, 12)}`;
  return /stalled/.test(reason)
    ? `${what}: ${
      MOST_LOSSES + 1
    } workers were lost one after the other while they were at it, expected one to end it; see what the workers said last (too little memory, for example), then run the same command again`
    : `${what} by the queue: ${reason}; the same command tries again`;
}
