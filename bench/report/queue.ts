/**
 * The tables of the queue of several machines.
 *
 * @module
 */

import { formatNumber, markdownTable } from "../../lib/report/mod.ts";
import { median, medianRatio } from "../statistics.ts";
import type { QueueSection } from "./format.ts";
import { costsOf, loadOf } from "./queue_load.ts";
import { machineLine, medianRange, roundsLine, times } from "./text.ts";

const RIGHT = "right" as const;

/** Students an hour of two workers of a queue / of the pool of two, while busy. */
export function queueRatio({ throughput }: QueueSection): number {
  return ratio(throughput, "busy");
}

function ratio(
  { queue, pool }: QueueSection["throughput"],
  kind: "busy" | "iterations",
): number {
  return medianRatio(
    queue.map((each) => each[kind]),
    pool.map((each) => each[kind]),
  );
}

/** Processor time of a student by way of a queue / by the pool of two. */
function cpuRatio({ throughput }: QueueSection): number | undefined {
  const [queue, pool] = [cpuOf(throughput.queue), cpuOf(throughput.pool)];
  return queue && pool && medianRatio(queue, pool);
}

/** Milliseconds of the processor that a queue adds to a training. */
function addedMilliseconds({ added }: QueueSection): number | undefined {
  const [queue, pool] = [cpuOf(added.queue), cpuOf(added.pool)];
  return queue && pool &&
    1000 * median(queue.map((each, round) => each - pool[round]!));
}

function cpuOf(
  rounds: readonly { readonly cpuSeconds?: number | undefined }[],
): readonly number[] | undefined {
  const known = rounds.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  return known.length === rounds.length ? known : undefined;
}

/** The section. */
export function renderQueue(section: QueueSection): string {
  const { server, engine, version, joinSeconds, added, throughput } = section;
  const rate = (kind: "busy" | "iterations") => [
    medianRange(throughput.pool.map((each) => each[kind])),
    medianRange(throughput.queue.map((each) => each[kind])),
    times(ratio(throughput, kind)),
  ];
  const milliseconds = (kind: "p10" | "p50" | "p99") => [
    formatNumber(median(added.pool.map((each) => each[kind])), 1),
    formatNumber(median(added.queue.map((each) => each[kind])), 1),
    "–",
  ];
  const cpu = cpuRatio(section);
  const addedCpu = addedMilliseconds(section);
  return [
    "## The queue of several machines\n",
    `All of it on one machine: ${server} on loopback as \`deno task queue start\` gives it, with a password and an append-only file, two workers of one thread each by their command, and ${engine} (${version}). They train what the section "Students an hour" describes; each training has a seed of its own, for a queue remembers its answers.\n`,
    `${roundsLine(section)}\n`,
    `${machineLine(section.machine)}\n`,
    markdownTable(
      [
        { title: "" },
        { title: "pool of 2", align: RIGHT },
        { title: "queue, 2 workers", align: RIGHT },
        { title: "queue / pool", align: RIGHT },
      ],
      [
        ["students/h, workers busy", ...rate("busy")],
        ["students/h, whole iterations", ...rate("iterations")],
        ["ms added to a training, a tenth have less", ...milliseconds("p10")],
        ["ms added to a training, half have less", ...milliseconds("p50")],
        ["ms added to a training, 99 % have less", ...milliseconds("p99")],
      ],
    ),
    ...(cpu === undefined || addedCpu === undefined ? [] : [
      `Processor time of this process and its workers, which others on the machine hardly change: a student takes ${
        times(cpu)
      } what it takes with the pool; a training of a few steps ${
        formatNumber(addedCpu, 1)
      } ms more.\n`,
    ]),
    `"Added" is the time from the asking to the answer less that of the training thread, for trainings of a few steps, one after the other.\n`,
    `A worker takes jobs ${
      list(joinSeconds, 1)
    } s after its command was started. A worker was killed in the middle of a training ${section.restarts.length} times (lock 30 s, looked after every 10 s): another one had its job after ${
      list(section.restarts, 1)
    } s.\n`,
    simulationText(section),
  ].join("\n");
}

function list(values: readonly number[], digits: number): string {
  return values.map((value) => formatNumber(value, digits)).join(", ");
}

function simulationText({ simulation }: QueueSection): string {
  const costs = costsOf(simulation);
  const { workers, flow, paceSeconds, producerCpu } = simulation;
  return [
    "### What many workers do to the server\n",
    `${workers} workers that do not train but connect, tell that they are there, take jobs, renew locks and answer as real ones do, and a real producer, all on this machine. ${
      formatNumber(flow.jobs, 0)
    } jobs that seem to take ${paceSeconds} s each went through at ${
      formatNumber(flow.jobs / flow.seconds, 0)
    } a second. Processor time is the server's own, so a busy machine does not add to it.\n`,
    markdownTable(
      [
        { title: "cost to the server" },
        { title: "processor", align: RIGHT },
        { title: "received", align: RIGHT },
        { title: "sent", align: RIGHT },
        { title: "memory", align: RIGHT },
      ],
      [
        [
          "a job",
          `${formatNumber(1e3 * costs.job.cpuSeconds, 2)} ms`,
          `${formatNumber(costs.job.bytesIn / 1e3, 1)} kB`,
          `${formatNumber(costs.job.bytesOut / 1e3, 1)} kB`,
          `${formatNumber(costs.answerBytes / 1e3, 2)} kB for a day`,
        ],
        [
          "a worker that has a job, each second",
          `${formatNumber(1e3 * costs.holding.cpuSeconds, 2)} ms`,
          `${formatNumber(costs.holding.bytesIn / 1e3, 2)} kB`,
          `${formatNumber(costs.holding.bytesOut / 1e3, 2)} kB`,
          `${formatNumber(costs.workerBytes / 1e3, 0)} kB`,
        ],
        [
          "a worker that waits, each second",
          `${formatNumber(1e3 * costs.idle.cpuSeconds, 2)} ms`,
          `${formatNumber(costs.idle.bytesIn / 1e3, 2)} kB`,
          `${formatNumber(costs.idle.bytesOut / 1e3, 2)} kB`,
          `${formatNumber(costs.workerBytes / 1e3, 0)} kB`,
        ],
      ],
    ),
    `A job that waits or runs takes ${
      formatNumber(simulation.bytes.job / 1e3, 1)
    } kB of memory, the record of its queue's last events ${
      formatNumber(simulation.bytes.events / 1e6, 1)
    } MB. The producer needs ${
      formatNumber(1e3 * producerCpu, 2)
    } ms of its processor for a job. Computed from these costs:\n`,
    loadTable(simulation),
  ].join("\n");
}

/** The table of docs/machines.md too. */
export function loadTable(simulation: QueueSection["simulation"]): string {
  const costs = costsOf(simulation);
  return markdownTable(
    [
      { title: "threads", align: RIGHT },
      { title: "a training takes", align: RIGHT },
      { title: "jobs/s", align: RIGHT },
      { title: "server's core", align: RIGHT },
      { title: "received + sent", align: RIGHT },
      { title: "answers of a day", align: RIGHT },
      { title: "connections", align: RIGHT },
    ],
    [10, 100, 1000].flatMap((workers) =>
      [2, 40].map((seconds) => {
        const load = loadOf(costs, { workers, seconds });
        return [
          formatNumber(workers, 0),
          `${seconds} s`,
          formatNumber(load.jobs, load.jobs < 10 ? 2 : 0),
          `${formatNumber(100 * load.cores, 1)} %`,
          `${formatNumber(load.bytes / 1e6, 2)} MB/s`,
          `${formatNumber(load.answerBytes / 1e9, 2)} GB`,
          formatNumber(load.connections, 0),
        ];
      })
    ),
  );
}
