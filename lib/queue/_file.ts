import { z } from "zod";
import { ifThere, UsageError } from "../cli/mod.ts";
import type { QueueAddress } from "./address.ts";

/** Name of the file that joins a machine to a queue. */
export const QUEUE_FILE = "queue.json";

/** What stands in a queue.json; the file is secret, for the password is in it. */
const schema = z.strictObject({
  format: z.literal(1).describe("Version of this format"),
  host: z.string().min(1).max(253).describe("Name or address of the server"),
  port: z.int().min(1).max(65535).describe("TCP port"),
  username: z.string().min(1).max(256).optional().describe("User, if named"),
  password: z.string().min(1).max(1024).optional().describe("Its password"),
  tls: z.strictObject({
    ca: z.string().max(100_000).optional().describe("Whom to trust, PEM"),
  }).optional().describe("Given when the connection is encrypted"),
});

/** The content of a queue.json. */
export type QueueFile = z.infer<typeof schema>;

/**
 * The address in a queue.json.
 *
 * @param file Its content, checked by {@link parseQueueFile}.
 */
export function fromFile(
  { host, port, username, password, tls }: QueueFile,
): QueueAddress {
  return {
    host,
    port,
    origin: originOf(host, { port, isEncrypted: tls !== undefined }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined &&
      { tls: tls.ca === undefined ? {} : { ca: tls.ca } }),
  };
}

/** An address without its secrets. */
export function originOf(
  host: string,
  { port, isEncrypted }: {
    readonly port: number;
    readonly isEncrypted: boolean;
  },
): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `redis${isEncrypted ? "s" : ""}://${name}:${port}`;
}

/**
 * Reads a queue.json.
 *
 * @param path The file.
 * @throws {UsageError} If it is missing, damaged, of another version, or if others
 *   than its owner may read a password in it, or change it.
 */
export async function readQueueFile(path: string): Promise<QueueFile> {
  const info = await ifThere(() => Deno.stat(path));
  if (info === undefined) {
    throw new UsageError(
      `Cannot read the queue's address: there is no file "${path}", expected one that "deno task queue ` +
        `start" wrote, or redis://HOST[:PORT]`,
    );
  }
  if (info.isDirectory) {
    throw new UsageError(
      `Cannot read the queue's address: "${path}" is a folder, expected a file such as ` +
        `"${path.replace(/\/+$/, "")}/${QUEUE_FILE}"`,
    );
  }
  const file = parseQueueFile(await Deno.readTextFile(path), path);
  checkMode(path, {
    mode: info.mode ?? 0,
    isSecret: file.password !== undefined,
  });
  return file;
}

/** Nobody else may read a password, nor change whom we trust. */
function checkMode(
  path: string,
  { mode, isSecret }: { readonly mode: number; readonly isSecret: boolean },
): void {
  const [forbidden, deed] = isSecret
    ? [0o077, "read or changed"] as const
    : [0o022, "changed"] as const;
  if (Deno.build.os === "windows" || (mode & forbidden) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  throw new UsageError(
    `Cannot read the queue's address: "${path}" can be ${deed} by others (mode ` +
      `${shown}), expected mode 0600: chmod 600 "${path}"`,
  );
}

/**
 * Checks the content of a queue.json.
 *
 * @param text The content.
 * @param path Its path, for messages; the content is not repeated, for it is
 *   secret.
 * @throws {UsageError} If it is damaged or of another version.
 */
export function parseQueueFile(text: string, path: string): QueueFile {
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const place = issue.path.join(".");
    return place === "" ? issue.message : `${place}: ${issue.message}`;
  });
  throw new UsageError(
    `Cannot read the queue's address in "${path}" (${
      issues.join("; ")
    }), expected a file ` +
      `that "deno task queue start" of this version wrote: copy it once more`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
