import type { ServerPaths } from "./_paths.ts";

/** What a server is told. */
export interface ServerConfig {
  /** Addresses that it listens on. */
  readonly bind: readonly string[];
  /** Port that it listens on. */
  readonly port: number;
  /** Whether by TLS alone. */
  readonly isEncrypted: boolean;
  /** Password of its default user. */
  readonly password: string;
}

/**
 * The content of a server's configuration file. Jobs survive the server: each
 * change goes to an append-only file that reaches the disk within a second. Nothing
 * is evicted: where memory has a bound, a full server refuses jobs.
 *
 * @param config What it is told.
 * @param paths Where its files are.
 */
export function configText(
  { bind, port, isEncrypted, password }: ServerConfig,
  paths: ServerPaths,
): string {
  return [
    `bind ${bind.join(" ")}`,
    "protected-mode yes",
    ...(isEncrypted
      ? [
        "port 0",
        `tls-port ${port}`,
        `tls-cert-file ${quote(paths.certificate)}`,
        `tls-key-file ${quote(paths.key)}`,
        `tls-ca-cert-file ${quote(paths.certificate)}`,
        // Workers show a password, no certificate of their own.
        "tls-auth-clients no",
      ]
      : [`port ${port}`]),
    `requirepass ${password}`,
    "daemonize yes",
    `dir ${quote(paths.folder)}`,
    `pidfile ${quote(paths.pid)}`,
    `logfile ${quote(paths.log)}`,
    "appendonly yes",
    "appendfsync everysec",
    // The append-only file has all; no second copy of it.
    'save ""',
    "maxmemory-policy noeviction",
    // A thousand workers hold three or four connections each.
    "maxclients 10000",
    "tcp-keepalive 60",
    "",
  ].join("\n");
}

/** A path as the server's configuration reads it. */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
