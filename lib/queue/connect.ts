import { Redis } from "ioredis";
import { UsageError } from "../cli/mod.ts";
import { QUEUE_FILE } from "./_file.ts";
import { PASSWORD_VARIABLE, type QueueAddress } from "./address.ts";

/** The oldest server that the queue's scripts run on. */
const OLDEST: readonly [major: number, minor: number] = [6, 2];

/** How {@link connectQueue} goes about it. */
export interface ConnectOptions {
  /** How long the server may take to answer, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Connects to a queue's server and checks that it can serve: it answers, lets us
 * in, is not older than Redis 6.2, and evicts nothing. Once that is so the
 * connection comes back by itself whenever it is lost, however long the server is
 * away, and commands wait for it. `duplicate()` gives further ones of its kind.
 *
 * @param address Where, and how to get in.
 * @param options How long to wait.
 * @returns The connection; the caller ends it by `quit()` or `disconnect()`.
 * @throws {UsageError} With the reason and the fix, no secret within.
 *
 * @example
 * ```ts no-eval
 * const redis = await connectQueue(await readQueueAddress("redis://localhost"));
 * ```
 */
export async function connectQueue(
  address: QueueAddress,
  { timeoutMs = 10_000 }: ConnectOptions = {},
): Promise<Redis> {
  let isChecked = false;
  const { host, port, tls, username, password } = address;
  const redis = new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls: { ...tls, ...serverName(host) } }),
    lazyConnect: true,
    connectTimeout: timeoutMs,
    // BullMQ's blocking commands must outlive an absence of the server.
    maxRetriesPerRequest: null,
    // Before the check has passed a failure is told, after it is waited out.
    retryStrategy: (attempt) =>
      isChecked ? Math.min(50 * 2 ** attempt, 2000) : null,
  });
  // The reason of a refusal comes in this event alone; without a listener it
  // would be printed.
  const reasons: Error[] = [];
  redis.on("error", (error) => {
    if (!isChecked) reasons.push(error);
  });
  try {
    const info = await within(timeoutMs, async () => {
      await redis.connect();
      await redis.ping();
      // A server that wants none lets us in when we connect; asked alone it tells.
      if (password !== undefined && username === undefined) {
        await redis.auth(password);
      }
      return await redis.info();
    });
    checkServer(info, address.origin);
    isChecked = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    if (error instanceof UsageError) throw error;
    throw explain(reasons[0] ?? error, address);
  }
}

/** A certificate names machines, so TLS must be told which one is meant. */
function serverName(host: string): { readonly servername?: string } {
  // Of an address there is none to say.
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

async function within<T>(
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Silence()), timeoutMs);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The server took the connection and said nothing: it hangs, or is no Redis. */
class Silence extends Error {}

/** Reads the server's own description, which every user may ask for. */
function checkServer(info: string, origin: string): void {
  const version = infoField(info, "redis_version") ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major !== OLDEST[0] ? major < OLDEST[0] : minor < OLDEST[1];
  if (isOld || Number.isNaN(major)) {
    throw refusal(
      origin,
      `its server is version ${version}, expected Redis ${OLDEST.join(".")} ` +
        `or newer, or Valkey`,
    );
  }
  const policy = infoField(info, "maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw refusal(
      origin,
      `its server evicts what does not fit (maxmemory-policy ${policy}), so ` +
        `jobs would be lost; expected noeviction: redis-cli CONFIG SET ` +
        `maxmemory-policy noeviction`,
    );
  }
}

/**
 * A field of what a server tells of itself.
 *
 * @param info Its answer to INFO.
 * @param name Name of the field.
 */
export function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1];
}

function refusal(origin: string, reason: string): UsageError {
  return new UsageError(`Cannot join the queue at "${origin}": ${reason}`);
}

/** A failure as the person at the keyboard should read it. */
function explain(
  error: unknown,
  { origin, password, tls }: QueueAddress,
): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : "";
  const way =
    `set the environment variable ${PASSWORD_VARIABLE}, or give the ` +
    `path of the server's ${QUEUE_FILE}`;
  if (/without any password/.test(message)) {
    return refusal(
      origin,
      "its server wants no password, so it is not the one that was meant, or " +
        "whoever reaches it can forge results; expected one with a password: " +
        "deno task queue start",
    );
  }
  if (/WRONGPASS|invalid password/i.test(message)) {
    return refusal(origin, `its server refuses the password: ${way}`);
  }
  if (/NOAUTH/.test(message)) {
    const which = password === undefined ? "a" : "another";
    return refusal(origin, `its server wants ${which} password: ${way}`);
  }
  if (/NOPERM/.test(message)) {
    return refusal(
      origin,
      `its server does not let this user do what is needed (${message}): give ` +
        `the user the rights "~* &* +@all -@dangerous +info"`,
    );
  }
  if (
    /certificate|UNABLE_TO|UnknownIssuer|NotValidForName/i
      .test(`${code} ${message}`)
  ) {
    return refusal(
      origin,
      `its server's certificate is not trusted (${message}): give the path of ` +
        `the server's ${QUEUE_FILE}, which has the certificate, or set DENO_CERT ` +
        `to a file with its authority's`,
    );
  }
  if (error instanceof Silence || code === "ETIMEDOUT") {
    const other = tls === undefined
      ? "wants no TLS (else: rediss://)"
      : "speaks TLS (else: redis://)";
    return refusal(
      origin,
      `no answer: check that the server runs, that nothing on the way drops ` +
        `connections, and that it ${other}`,
    );
  }
  return refusal(
    origin,
    `no server can be reached (${message}): start one with "deno task queue ` +
      `start", or check host and port`,
  );
}
