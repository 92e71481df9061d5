import { join, resolve } from "node:path";
import { QUEUE_FILE } from "../_file.ts";

/** The files of a server, absolute. */
export interface ServerPaths {
  /** Shared with the workers: how to join. */
  readonly queueFile: string;
  /** The server's own folder; nobody else reads it. */
  readonly folder: string;
  /** Its configuration; the password is in it. */
  readonly config: string;
  /** What it says. */
  readonly log: string;
  /** Which machine it was started on. */
  readonly machine: string;
  /** Number of its process, written and removed by the server itself. */
  readonly pid: string;
  /** Held while a server is started. */
  readonly lock: string;
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** The certificate's private key, PEM. */
  readonly key: string;
}

/**
 * Where a server keeps what it needs.
 *
 * @param share The folder that is shared with the workers.
 */
export function serverPaths(share: string): ServerPaths {
  const folder = resolve(share, "server");
  return {
    queueFile: resolve(share, QUEUE_FILE),
    folder,
    config: join(folder, "server.conf"),
    log: join(folder, "server.log"),
    machine: join(folder, "machine"),
    pid: join(folder, "server.pid"),
    lock: join(folder, "start.lock"),
    certificate: join(folder, "certificate.pem"),
    key: join(folder, "key.pem"),
  };
}
