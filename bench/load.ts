/**
 * Watches what else the machine is doing. A number that was measured while
 * somebody else used the processor is no number.
 *
 * @module
 */

/** Processor time of the machine and of this process with all it started, in seconds. */
export interface LoadSample {
  /** Monotonic time. */
  readonly seconds: number;
  /** Busy time of all cores together, time stolen from a virtual machine included. */
  readonly machine: number;
  /** Of that, by this process and its descendants. */
  readonly own: number;
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICKS = 100;

/**
 * Busy seconds of all cores in /proc/stat.
 *
 * @param text The file.
 */
export function machineSeconds(text: string): number {
  // user nice system idle iowait irq softirq steal; guest time is in user.
  const [user, nice, system, , , irq, softirq, steal = 0] = text
    .slice(0, text.indexOf("\n")).trim().split(/\s+/).slice(1).map(Number);
  return (user! + nice! + system! + irq! + softirq! + steal) / TICKS;
}

/** A process in /proc/<id>/stat. */
export interface ProcessTimes {
  /** Its parent's id. */
  readonly parent: number;
  /** Its own time and that of its children which have ended and were waited for. */
  readonly seconds: number;
}

/**
 * Reads a process's line.
 *
 * @param text The file.
 */
export function processTimes(text: string): ProcessTimes {
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [utime, stime, cutime, cstime] = fields.slice(11, 15);
  return {
    parent: fields[1]!,
    seconds: (utime! + stime! + cutime! + cstime!) / TICKS,
  };
}

/**
 * Time of a process and all its descendants.
 *
 * @param processes By id.
 * @param root Id of the process.
 */
export function treeSeconds(
  processes: ReadonlyMap<number, ProcessTimes>,
  root: number,
): number {
  let total = 0;
  const ids = new Set([root]);
  // A set grows while it is walked: what is added is visited too.
  for (const id of ids) {
    total += processes.get(id)?.seconds ?? 0;
    for (const [child, { parent }] of processes) {
      if (parent === id) ids.add(child);
    }
  }
  return total;
}

/**
 * Cores that others used on average between two samples; not below 0, though
 * the counters of machine and processes may disagree by a few hundredths.
 */
export function foreignCores(before: LoadSample, after: LoadSample): number {
  const others = (after.machine - before.machine) - (after.own - before.own);
  return Math.max(0, others) / (after.seconds - before.seconds);
}

/** A turn is disturbed if others used more of a core than this on average… */
export const DISTURBED_CORES = 0.05;
/**
 * … and more than these seconds on top: the counters of machine and processes
 * come in hundredths of a second, are rounded apart from each other, and were
 * seen to disagree by as much on a quiet machine.
 */
export const COUNTER_SECONDS = 0.03;

/** Whether what was measured between two samples is to be dropped. */
export function isDisturbed(before: LoadSample, after: LoadSample): boolean {
  const seconds = after.seconds - before.seconds;
  return foreignCores(before, after) * seconds >
    DISTURBED_CORES * seconds + COUNTER_SECONDS;
}

/** Samples the load, where the system tells of it. */
export type LoadWatch = () => LoadSample;

/** The watch of this system; undefined where there is none. */
export function loadWatch(): LoadWatch | undefined {
  if (Deno.build.os !== "linux") return undefined;
  return () => ({
    seconds: performance.now() / 1000,
    machine: machineSeconds(Deno.readTextFileSync("/proc/stat")),
    own: treeSeconds(readProcesses(), Deno.pid),
  });
}

function readProcesses(): ReadonlyMap<number, ProcessTimes> {
  const processes = new Map<number, ProcessTimes>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = Deno.readTextFileSync(`/proc/${name}/stat`);
      processes.set(Number(name), processTimes(text));
    } catch {
      // It ended while we looked.
    }
  }
  return processes;
}
