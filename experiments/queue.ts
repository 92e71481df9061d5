/**
 * The queue that several machines share: start its server, look at it, stop it,
 * empty it.
 *
 * @module
 */

import { join } from "node:path";
import { z } from "zod";
import {
  EXIT,
  formatDuration,
  leadingWords,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  suggestion,
  UsageError,
  warn,
} from "../lib/cli/mod.ts";
import {
  clearQueue,
  type QueueCounts,
  queueStatus,
  readQueueAddress,
  startServer,
  stopServer,
  type WorkerPresence,
} from "../lib/queue/mod.ts";
import { formatCount, markdownTable, MISSING } from "../lib/report/mod.ts";

const ACTIONS = ["start", "status", "stop", "clear"] as const;
type Action = typeof ACTIONS[number];

/** What can be asked on the command line, after an action. */
export const command = {
  name: "deno task queue",
  summary:
    "The queue that several machines share: start its server, status, stop, clear",
  examples: [
    "deno task queue start",
    "deno task queue start --share /shared/n2n --host node17 --tls",
    "deno task queue status",
    "deno task queue status --queue rediss://node17:6379",
    "deno task queue stop",
    "deno task queue clear --yes",
  ],
  schema: z.strictObject({
    share: optionKinds.path.default(".queue").describe(
      "Folder for queue.json, by which workers join, and for the server's files",
    ),
    queue: z.string().min(1).optional().describe(
      "For status and clear: another server, redis://HOST[:PORT], rediss://HOST[:PORT] or a queue.json (default: that of --share)",
    ),
    host: z.string().min(1).max(253).optional().describe(
      "For start: name or address by which other machines reach this one (default: localhost, or that of the last start)",
    ),
    port: z.int().min(1).max(65535).optional().describe(
      "For start: TCP port (default: that of the last start, or the first free one from 6379 on)",
    ),
    tls: z.boolean().optional().describe(
      "For start: encrypt connections, by a certificate that openssl makes (--no-tls: no more)",
    ),
    yes: z.boolean().default(false).describe(
      "For clear: do it, rather than tell what would go",
    ),
  }),
};

/** Options that make sense for some actions only. */
const MEANT_FOR: Readonly<Record<string, readonly Action[]>> = {
  queue: ["status", "clear"],
  host: ["start"],
  port: ["start"],
  tls: ["start"],
};

/**
 * Reads the command line.
 *
 * @param args Its arguments: an action, then options.
 * @throws {UsageError} With the mistakes.
 */
export function readRequest(args: readonly string[]) {
  const { words, rest } = leadingWords(args);
  const options = parseOptions(command, rest);
  const [word = "", ...more] = words;
  const action = ACTIONS.find((each) => each === word);
  if (action === undefined || more.length > 0) {
    throw new UsageError(
      `"${words.join(" ")}": expected one of ${ACTIONS.join(", ")}${
        suggestion(word, ACTIONS)
      }`,
    );
  }
  for (const [option, actions] of Object.entries(MEANT_FOR)) {
    const isGiven = options[option as keyof typeof options] !== undefined;
    if (isGiven && !actions.includes(action)) {
      throw new UsageError(
        `--${option}: means nothing to "${action}", expected it with ${
          actions.map((each) => `"${each}"`).join(" or ")
        }`,
      );
    }
  }
  return { ...options, action };
}

type Request = ReturnType<typeof readRequest>;

async function start({ share, host, port, tls }: Request): Promise<void> {
  const server = await startServer(share, {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(tls !== undefined && { tls }),
  });
  const { origin, title, isNew, isLoopback, isEncrypted, queueFile } = server;
  print(`${title} ${isNew ? "runs" : "runs already"} at ${origin}`);
  print(`Join it by: deno task worker --queue ${queueFile}`);
  if (isLoopback) {
    notify(
      "Only this machine reaches it: --host NAME for others, or an SSH tunnel",
    );
  } else if (!isEncrypted) {
    warn(
      "Not encrypted: whoever can listen to this network reads the password; --tls encrypts",
    );
  }
}

async function addressOf({ queue, share }: Request) {
  return await readQueueAddress(queue ?? join(share, "queue.json"));
}

async function status(request: Request): Promise<void> {
  const found = await queueStatus(await addressOf(request));
  const { origin, title, upSeconds, memoryBytes, connections } = found;
  print(
    `${title} at ${origin}, up ${formatDuration(upSeconds)}, ` +
      `${(memoryBytes / 1e6).toFixed(1)} MB, ${connections} connections`,
  );
  print("");
  print(queueTable(found.queues, found.workers));
  print("");
  print(workerTable(found.workers));
  for (const { name, waiting } of found.queues) {
    const hasWorker = found.workers.some(({ queue }) => queue === name);
    if (waiting > 0 && !hasWorker) {
      warn(
        `${name}: jobs wait and no worker takes them; each engine, version and instruction set has a queue of its own`,
      );
    }
  }
}

function queueTable(
  queues: readonly QueueCounts[],
  workers: readonly WorkerPresence[],
): string {
  if (queues.length === 0) return "No queue yet: no experiment has asked.";
  const age = (seconds: number | undefined) =>
    seconds === undefined ? MISSING : formatDuration(seconds);
  return markdownTable(
    [
      { title: "queue" },
      { title: "workers", align: "right" },
      { title: "waiting", align: "right" },
      { title: "running", align: "right" },
      { title: "stalled", align: "right" },
      { title: "done", align: "right" },
      { title: "oldest waits", align: "right" },
      { title: "longest runs", align: "right" },
    ],
    queues.map((queue) => [
      queue.name,
      ...[
        workers.filter((worker) => worker.queue === queue.name).length,
        queue.waiting,
        queue.running,
        queue.stalled,
        queue.done,
      ].map(formatCount),
      age(queue.oldestWaitSeconds),
      age(queue.longestRunSeconds),
    ]),
  );
}

function workerTable(workers: readonly WorkerPresence[]): string {
  if (workers.length === 0) return "No worker: deno task worker --queue …";
  return markdownTable(
    [
      { title: "machine" },
      { title: "process", align: "right" },
      { title: "engine" },
      { title: "instruction set" },
      { title: "queue" },
      { title: "threads", align: "right" },
      { title: "running", align: "right" },
      { title: "done", align: "right" },
      { title: "up", align: "right" },
    ],
    workers.map(({ engine, ...worker }) => [
      worker.host,
      `${worker.pid}`,
      `${engine.name} ${engine.version}`,
      engine.instructionSet,
      worker.queue,
      `${worker.threads}`,
      `${worker.running}`,
      formatCount(worker.done),
      formatDuration(worker.upSeconds),
    ]),
  );
}

async function stop({ share }: Request): Promise<void> {
  const { origin } = await stopServer(share);
  print(
    origin === undefined
      ? `No server runs for "${share}"`
      : `Stopped ${origin}; its jobs and results are kept, "deno task queue start" continues`,
  );
}

async function clear(request: Request): Promise<void> {
  const address = await addressOf(request);
  const { queues } = await queueStatus(address);
  const sum = (count: (queue: QueueCounts) => number) =>
    formatCount(queues.reduce((total, queue) => total + count(queue), 0));
  const content = `${sum(({ waiting }) => waiting)} waiting jobs, ` +
    `${sum(({ running }) => running)} running and ` +
    `${sum(({ done }) => done)} answers`;
  if (!request.yes) {
    throw new UsageError(
      `${address.origin} holds ${content}, and data, weights and checkpoints; ` +
        `to take them away: deno task queue clear --yes`,
    );
  }
  await clearQueue(address);
  print(`Cleared ${address.origin}: ${content} are gone`);
}

async function main(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  await { start, status, stop, clear }[request.action](request);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
