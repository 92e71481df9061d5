import { fromWhereUserStands, readVariable, UsageError } from "../cli/mod.ts";
import { fromFile, originOf, QUEUE_FILE, readQueueFile } from "./_file.ts";

/** Where a queue's server is and how to get in. Never print one whole. */
export interface QueueAddress {
  /** Name or address of the machine; of IPv6 without brackets. */
  readonly host: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** Given when the connection is encrypted. */
  readonly tls?: {
    /** Whom to trust, as PEM, beside or instead of what the system trusts. */
    readonly ca?: string;
  };
  /** Given when the server has users other than the default one. */
  readonly username?: string;
  /** Given when the server wants one. */
  readonly password?: string;
  /** "redis://HOST:PORT" or "rediss://HOST:PORT", for messages: no secrets. */
  readonly origin: string;
}

/** Environment variable with the password of an address that comes without. */
export const PASSWORD_VARIABLE = "N2N_QUEUE_PASSWORD";

/** Port of Redis and Valkey where none is said. */
export const DEFAULT_PORT = 6379;

/** What {@link readQueueAddress} can be given by a test. */
export interface AddressOptions {
  /** Value of an environment variable; default the process's own. */
  readonly variable?: (name: string) => string | undefined;
}

/**
 * Reads what was said after --queue: `redis://HOST[:PORT]`, `rediss://…` (TLS),
 * or the path of a queue.json, which `deno task queue start` writes. The password
 * is that of the file, or else of the environment variable N2N_QUEUE_PASSWORD.
 *
 * @param text An address or a path.
 * @param options Doubles for tests.
 * @throws {UsageError} If it is no address, has a password within (the arguments
 *   of a program are public), or names a file that is missing, damaged or readable
 *   by others.
 *
 * @example
 * ```ts
 * import { readQueueAddress } from "./address.ts";
 *
 * const { host, port } = await readQueueAddress("redis://localhost");
 * ```
 */
export async function readQueueAddress(
  text: string,
  { variable = readVariable }: AddressOptions = {},
): Promise<QueueAddress> {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? readUrl(text)
    : fromFile(await readQueueFile(fromWhereUserStands(text)));
  // An empty variable is one that was not set.
  const password = address.password ??
    (variable(PASSWORD_VARIABLE) || undefined);
  checkLength(password);
  return password === undefined ? address : { ...address, password };
}

/** What a server hears of somebody it has not let in yet; it hangs up on more. */
const MAX_PASSWORD_BYTES = 16_384;

function checkLength(password: string | undefined): void {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes <= MAX_PASSWORD_BYTES) return;
  throw new UsageError(
    `${PASSWORD_VARIABLE}: it has ${bytes} bytes, expected at most ` +
      `${MAX_PASSWORD_BYTES}, the most that a server listens to`,
  );
}

function readUrl(text: string): QueueAddress {
  const url = URL.parse(text);
  const scheme = url?.protocol;
  // What cannot be parsed may hold a password: it is not repeated.
  if (url === null) {
    throw new UsageError(
      "--queue: cannot read the address, expected redis://HOST[:PORT], " +
        "rediss://HOST[:PORT] or the path of a queue.json",
    );
  }
  if (url.password !== "") {
    throw new UsageError(
      `--queue: the address of "${url.hostname}" has a password within, which ` +
        `every user of this machine can read; change it on the server, leave it ` +
        `out here and set the environment variable ${PASSWORD_VARIABLE}, or give ` +
        `the path of a ${QUEUE_FILE} of mode 0600`,
    );
  }
  const isEncrypted = scheme === "rediss:";
  if (!isEncrypted && scheme !== "redis:") {
    throw new UsageError(
      `--queue: "${scheme}//${url.host}" is no address of a queue, expected ` +
        `redis://HOST[:PORT], rediss://HOST[:PORT] or the path of a ${QUEUE_FILE}`,
    );
  }
  // deno-lint-ignore house/no-url-pathname -- the path of an address, no file
  const rest = `${url.pathname}${url.search}${url.hash}`;
  if (url.hostname === "" || !["", "/"].includes(rest)) {
    throw new UsageError(
      url.hostname === ""
        ? `--queue: "${scheme}//" names no host, expected ${scheme}//HOST[:PORT]`
        : `--queue: "${scheme}//${url.host}${rest}" says more than an address, ` +
          `expected ${scheme}//${url.host}`,
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
  return {
    host,
    port,
    origin: originOf(host, { port, isEncrypted }),
    ...(isEncrypted && { tls: {} }),
    ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
  };
}
