/**
 * Serves a page that shows searches while they run and afterwards.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  fromWhereUserStands,
  interruptible,
  parseOptions,
  print,
  randomSecret,
  runCommand,
  runMain,
  UsageError,
  wallClock,
  warn,
} from "../lib/cli/mod.ts";
import { isLoopback, openResults, serveView } from "../lib/view/mod.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task view",
  summary: "A page that shows searches, live and afterwards",
  examples: [
    "deno task view",
    "deno task view elsewhere --open",
    "deno task view --port 8080",
    "deno task view --host 0.0.0.0",
  ],
  schema: z.strictObject({
    port: z.int().min(0).max(65535).default(0).describe(
      "Port to listen at; 0 takes a free one",
    ),
    host: z.string().default("127.0.0.1").describe(
      "Address to listen at; any other than this machine's own is shown to whoever knows a random token, over a connection that is not encrypted",
    ),
    open: z.boolean().default(false).describe("Opens the page in a browser"),
  }),
};

/** What opens an address, by operating system. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** The address as it is typed into a browser. */
function addressOf(host: string, port: number, token?: string): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${name}:${port}/${
    token === undefined ? "" : `?token=${token}`
  }`;
}

/** `--host` needs a permission that the task has for this machine alone. */
async function allowHost(host: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") return;
  throw new UsageError(
    `--host "${host}": the task may listen on this machine alone; for others: deno run -P=view --allow-net=${host} experiments/view.ts --host ${host}`,
  );
}

async function serve(
  options: Parameters<typeof serveView>[0],
): Promise<Awaited<ReturnType<typeof serveView>>> {
  try {
    return await serveView(options);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UsageError(
        `--port ${options.port}: something else listens there; expected a free port, or none for any that is free`,
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new UsageError(
        `--host "${options.hostname}": expected an address of this machine`,
      );
    }
    throw error;
  }
}

async function open(address: string): Promise<void> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? ["xdg-open"];
  const result = await runCommand(program, [...args, address]);
  if (result?.code === 0) return;
  warn(`--open: "${program}" opened no browser; open the address yourself`);
}

/**
 * Reads the command line.
 *
 * @param args Its arguments: maybe a results folder, then options.
 * @throws {UsageError} With the mistakes.
 */
export function readRequest(args: readonly string[]) {
  const [first, ...rest] = args;
  const hasFolder = first !== undefined && !first.startsWith("-");
  return {
    ...parseOptions(command, hasFolder ? rest : args),
    folder: hasFolder ? fromWhereUserStands(first) : "results",
  };
}

async function main(args: readonly string[]): Promise<number> {
  const options = readRequest(args);
  const { folder, host: hostname, port } = options;
  using interruption = interruptible({ tell() {} });
  const token = isLoopback(hostname) ? undefined : randomSecret();
  if (token !== undefined) await allowHost(hostname);
  const results = openResults(folder, { nowMs: wallClock.epochMs });
  try {
    const served = await serve({
      results,
      name: folder,
      hostname,
      port,
      token,
    });
    const address = addressOf(hostname, served.port, token);
    print(`${folder}: ${address}`);
    if (options.open) await open(address);
    await new Promise((resolve) =>
      interruption.signal.addEventListener("abort", resolve)
    );
    await served.close();
  } finally {
    results.close();
  }
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
