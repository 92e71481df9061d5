import type { Redis } from "ioredis";

/** What a server tells of its work since it was started. */
export interface ServerInfo {
  /** Processor time of all its threads. */
  readonly cpuSeconds: number;
  /** What it got, in bytes. */
  readonly bytesIn: number;
  /** What it sent, in bytes. */
  readonly bytesOut: number;
  /** Memory of its data and connections. */
  readonly memoryBytes: number;
}

/** Asks a server. */
export async function infoOf(redis: Redis): Promise<ServerInfo> {
  const text = await redis.info("everything");
  const field = (name: string) => {
    const match = new RegExp(`^${name}:([\\d.]+)\r?$`, "m").exec(text);
    if (match === null) {
      throw new Error(
        `Cannot measure a queue: its server does not tell "${name}"`,
      );
    }
    return Number(match[1]);
  };
  return {
    cpuSeconds: field("used_cpu_user") + field("used_cpu_sys"),
    bytesIn: field("total_net_input_bytes"),
    bytesOut: field("total_net_output_bytes"),
    memoryBytes: field("used_memory"),
  };
}

/**
 * Memory of the key of a kind that takes most, of those that a server finds first.
 *
 * @param redis Connection to the server.
 * @param pattern What such keys look like.
 */
export async function sizeOf(redis: Redis, pattern: string): Promise<number> {
  const [, keys] = await redis.scan(0, "MATCH", pattern, "COUNT", 100_000);
  const sizes = await Promise.all(
    keys.map((key) => redis.memory("USAGE", key)),
  );
  if (sizes.length === 0) {
    throw new Error(`Cannot measure a queue: there is no key "${pattern}"`);
  }
  return Math.max(...sizes.map(Number));
}
