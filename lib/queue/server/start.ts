import {
  ifThere,
  randomSecret,
  UsageError,
  writeFileAtomic,
} from "../../cli/mod.ts";
import { fromFile, type QueueFile, readQueueFile } from "../_file.ts";
import type { QueueAddress } from "../address.ts";
import { connectQueue } from "../connect.ts";
import { ensureCertificate } from "./_certificate.ts";
import { configText } from "./_config.ts";
import { findServer } from "./_find.ts";
import { findHost, isLoopbackName } from "./_host.ts";
import { launch, PortTaken } from "./_launch.ts";
import { type ServerPaths, serverPaths } from "./_paths.ts";
import { choosePort, isFree } from "./_port.ts";
import { claimFolder, isServer, readProcess } from "./_process.ts";
import { titleOf } from "./_title.ts";

/** What is asked of a server that is started. */
export interface StartOptions {
  /**
   * Name or address by which workers reach this machine; default that of an
   * earlier start, or localhost.
   */
  readonly host?: string;
  /** Its port; default that of an earlier start, or the first free from 6379 on. */
  readonly port?: number;
  /** Whether connections are encrypted; default as at an earlier start, or no. */
  readonly tls?: boolean;
}

/** A server that runs. */
export interface StartedServer {
  /** Where it is, for people: no secrets. */
  readonly origin: string;
  /** The file that lets a worker join. */
  readonly queueFile: string;
  /** Whether it was started now; false: it ran already. */
  readonly isNew: boolean;
  /** Whether it is reached from this machine alone. */
  readonly isLoopback: boolean;
  /** Whether connections are encrypted. */
  readonly isEncrypted: boolean;
  /** What it is, "Redis 7.0.15". */
  readonly title: string;
}

/**
 * Starts a queue's server, detached, with a password of its own, and tells how to
 * join in `SHARE/queue.json`. Where it runs already that is all; where it ran
 * before it continues with its jobs, its password and, where free, its port.
 *
 * @param share Folder of that file; workers can read it there or get a copy.
 * @param options What is asked of it.
 * @throws {UsageError} If there is no server's program, the port is taken, an
 *   earlier server hangs or runs elsewhere, or what is asked for differs from the
 *   one that runs.
 */
export async function startServer(
  share: string,
  options: StartOptions = {},
): Promise<StartedServer> {
  const paths = serverPaths(share);
  await Deno.mkdir(paths.folder, { recursive: true, mode: 0o700 });
  using lock = await Deno.open(paths.lock, { write: true, create: true });
  // Of two that start at a time the second finds the first one's server.
  await lock.lock(true);
  const isKnown = await ifThere(() => Deno.stat(paths.queueFile)) !== undefined;
  const earlier = isKnown ? await readQueueFile(paths.queueFile) : undefined;
  const running = earlier && await findRunning(fromFile(earlier));
  if (earlier !== undefined && running !== undefined) {
    checkSame(earlier, options);
    return describe(earlier, { paths, title: running, isNew: false });
  }
  await checkGone(paths);
  const program = await findServer();
  const file = await launchAnew(paths, {
    command: program.command,
    options,
    earlier,
  });
  const title = `${program.title} ${program.version}`;
  return describe(file, { paths, title, isNew: true });
}

/** What a server is started from. */
interface Anew {
  readonly options: StartOptions;
  /** How it was joined when it ran last. */
  readonly earlier: QueueFile | undefined;
}

/** A port that was free is seldom taken before the server has it, and not for ever. */
const LAUNCHES = 5;

async function launchAnew(
  paths: ServerPaths,
  { command, options, earlier }: Anew & { readonly command: string },
  launches = LAUNCHES,
): Promise<QueueFile> {
  const file = await configure(paths, { options, earlier });
  await claimFolder(paths);
  // Before the server is there: a start that is killed half-way must not leave one
  // whose password nobody has.
  await writeSecret(paths.queueFile, `${JSON.stringify(file, null, 2)}\n`);
  try {
    await launch(command, { paths, address: fromFile(file) });
    return file;
  } catch (error) {
    // The port was free a moment ago; it is no more, and another one is found.
    if (error instanceof PortTaken && launches > 1) {
      const anew = { command, options, earlier };
      return await launchAnew(paths, anew, launches - 1);
    }
    if (earlier === undefined) await Deno.remove(paths.queueFile);
    throw error;
  }
}

/** The server at an address, "Redis 7.0.15", or undefined where none has its password. */
async function findRunning(
  address: QueueAddress,
): Promise<string | undefined> {
  try {
    const redis = await connectQueue(address, { timeoutMs: 3000 });
    const info = await redis.info("server");
    redis.disconnect();
    return titleOf(info);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Two servers over one folder would spoil each other's files. */
async function checkGone(paths: ServerPaths): Promise<void> {
  const earlier = await readProcess(paths);
  if (earlier?.pid === undefined) return;
  const { pid, machine, isHere } = earlier;
  if (!isHere) {
    throw new UsageError(
      `Cannot start a queue: its server was started on machine "${machine}" and ` +
        `does not answer here, expected to be started and stopped there; if that ` +
        `machine is gone: rm "${paths.pid}"`,
    );
  }
  if (await isServer(pid)) {
    throw new UsageError(
      `Cannot start a queue: its server, process ${pid}, does not answer, ` +
        `expected it to run or to be gone; what it has is on the disk: kill ${pid}`,
    );
  }
}

function checkSame(
  { host, port, tls }: QueueFile,
  options: StartOptions,
): void {
  const runs = { host, port, tls: tls !== undefined };
  for (const key of ["host", "port", "tls"] as const) {
    const wanted = options[key];
    if (wanted === undefined || wanted === runs[key]) continue;
    throw new UsageError(
      `--${key} ${wanted}: the server runs with ${
        runs[key]
      }, expected the same, ` +
        `or to stop it first, which loses nothing: deno task queue stop`,
    );
  }
}

/** Writes the server's configuration. */
async function configure(
  paths: ServerPaths,
  { options, earlier }: Anew,
): Promise<QueueFile> {
  const host = await findHost(options.host ?? earlier?.host ?? "localhost");
  // On loopback as well, for whoever is on this machine.
  const bind = [...new Set(["127.0.0.1", host.address])];
  const port = portOf(bind, { options, earlier });
  const isEncrypted = options.tls ?? earlier?.tls !== undefined;
  const ca = isEncrypted ? await ensureCertificate(host, paths) : undefined;
  const password = earlier?.password ?? randomSecret();
  await writeSecret(
    paths.config,
    configText({ bind, port, isEncrypted, password }, paths),
  );
  return {
    format: 1,
    host: host.host,
    port,
    password,
    ...(ca !== undefined && { tls: { ca } }),
  };
}

/** An earlier start's port is kept where it is free: workers come back to it. */
function portOf(
  bind: readonly string[],
  { options, earlier }: Anew,
): number {
  if (options.port !== undefined) return choosePort(bind, options.port);
  if (earlier !== undefined && isFree(bind, earlier.port)) {
    return earlier.port;
  }
  return choosePort(bind);
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, text, { mode: 0o600 });
}

function describe(
  file: QueueFile,
  { paths: { queueFile }, title, isNew }: {
    readonly paths: ServerPaths;
    readonly title: string;
    readonly isNew: boolean;
  },
): StartedServer {
  return {
    origin: fromFile(file).origin,
    queueFile,
    isNew,
    isLoopback: isLoopbackName(file.host),
    isEncrypted: file.tls !== undefined,
    title,
  };
}
