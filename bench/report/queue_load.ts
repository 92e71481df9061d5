/**
 * What a number of workers would do to a server, computed from what a simulation
 * measured.
 *
 * @module
 */

import type { ServerWork, SimulationSection } from "./format.ts";

/** Connections of a worker: for its own words, for taking jobs, for waiting. */
const CONNECTIONS = 3;
const DAY_SECONDS = 86_400;

/** What something costs a server. */
export type Cost = Pick<ServerWork, "cpuSeconds" | "bytesIn" | "bytesOut">;

/** What jobs and workers cost a server. */
export interface Costs {
  /** A job, from its adding to its answer. */
  readonly job: Cost;
  /** A worker that has a job, each second. */
  readonly holding: Cost;
  /** A worker that waits for one, each second. */
  readonly idle: Cost;
  /** Memory of a worker's connections. */
  readonly workerBytes: number;
  /** Memory of an answer, which is kept for a day. */
  readonly answerBytes: number;
}

/** Costs out of what was measured. */
export function costsOf(
  { workers, idle, holding, flow, bytes }: SimulationSection,
): Costs {
  const each = ({ cpuSeconds, bytesIn, bytesOut, seconds }: ServerWork) => {
    const share = 1 / (workers * seconds);
    return {
      cpuSeconds: cpuSeconds * share,
      bytesIn: bytesIn * share,
      bytesOut: bytesOut * share,
    };
  };
  // While jobs flow workers have one each; what that alone costs is not the jobs'.
  const held = each(holding);
  const beyond = (key: keyof Cost) =>
    Math.max(0, flow[key] - held[key] * workers * flow.seconds) / flow.jobs;
  return {
    job: {
      cpuSeconds: beyond("cpuSeconds"),
      bytesIn: beyond("bytesIn"),
      bytesOut: beyond("bytesOut"),
    },
    holding: held,
    idle: each(idle),
    workerBytes: (bytes.joined - bytes.empty) / workers,
    answerBytes: bytes.answer,
  };
}

/** What a server has to bear. */
export interface Load {
  /** Jobs a second. */
  readonly jobs: number;
  /** Share of the one core that a server uses. */
  readonly cores: number;
  /** Received and sent, a second. */
  readonly bytes: number;
  /** Memory of the answers of a day. */
  readonly answerBytes: number;
  /** Connections. */
  readonly connections: number;
}

/** The load of workers that are never idle. */
export function loadOf(
  { job, holding, answerBytes }: Costs,
  { workers, seconds }: {
    /** Threads, each a worker of its own: the most expensive way to have them. */
    readonly workers: number;
    /** How long a training takes. */
    readonly seconds: number;
  },
): Load {
  const jobs = workers / seconds;
  const bytes = ({ bytesIn, bytesOut }: Cost) => bytesIn + bytesOut;
  return {
    jobs,
    cores: workers * holding.cpuSeconds + jobs * job.cpuSeconds,
    bytes: workers * bytes(holding) + jobs * bytes(job),
    answerBytes: jobs * DAY_SECONDS * answerBytes,
    connections: workers * CONNECTIONS,
  };
}
