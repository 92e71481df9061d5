/**
 * A page for the person at the keyboard: served until it is stopped.
 *
 * @module
 */

import { z } from "zod";
import {
  commandLine,
  interruptible,
  print,
  randomSecret,
  runCommand,
  UsageError,
  warn,
} from "../cli/mod.ts";
import { isLoopback } from "./access.ts";
import type { Listening, ServedPage } from "./serve.ts";

/** Options of a command that serves a page. */
export const pageOptions = {
  port: z.int().min(0).max(65535).default(0).describe(
    "Port to listen at; 0 takes a free one",
  ),
  host: z.string().min(1).default("127.0.0.1").describe(
    "Address to listen at; one that is not this machine's alone needs a permission, which the command says how to give: the page is then shown to whoever knows a random token, over a connection that is not encrypted",
  ),
  open: z.boolean().default(false).describe("Opens the page in a browser"),
};

/** What {@link presentPage} needs. */
export interface PresentOptions {
  /** Name of the task, of its permissions and of its script in experiments/. */
  readonly task: string;
  /** What is shown, for people. */
  readonly about: string;
  /** Values of {@link pageOptions}. */
  readonly options: {
    readonly port: number;
    readonly host: string;
    readonly open: boolean;
  };
  /** Starts to serve. */
  readonly serve: (listening: Listening) => ServedPage | Promise<ServedPage>;
}

/** What opens an address, by operating system. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/**
 * Serves a page, prints its address, and waits for Ctrl-C.
 *
 * @param page See {@link PresentOptions}.
 * @throws {UsageError} If it cannot listen there.
 */
export async function presentPage(
  { task, about, options, serve }: PresentOptions,
): Promise<void> {
  const { host, port } = options;
  using interruption = interruptible({ tell() {} });
  const token = isLoopback(host) ? undefined : randomSecret();
  await allowHost(host, task);
  const served = await listen(
    { name: task, hostname: host, port, token },
    serve,
  );
  const address = addressOf(host, served.port, token);
  print(`${about}: ${address}`);
  // Listened for before the browser is asked, which may run as long as the page.
  const isStopped = new Promise((resolve) =>
    interruption.signal.addEventListener("abort", resolve)
  );
  // What opens it may run as long as the browser.
  if (options.open) open(address).catch(({ message }) => warn(message));
  await isStopped;
  await served.close();
}

/** The address as it is typed into a browser. */
function addressOf(host: string, port: number, token?: string): string {
  return `http://${bracketed(host)}:${port}/${
    token === undefined ? "" : `?token=${token}`
  }`;
}

/** A host as addresses have it. */
function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** `--host` needs a permission that the task has for this machine alone. */
async function allowHost(host: string, task: string): Promise<void> {
  const name = bracketed(host);
  if (await isAllowed(name, host)) return;
  throw new UsageError(
    `--host "${host}": the task may listen on this machine alone; for others: ${
      commandLine(
        `deno run -P=${task} --allow-net=${name} experiments/${task}.ts`,
        Deno.args,
      )
    }`,
  );
}

async function isAllowed(name: string, host: string): Promise<boolean> {
  try {
    const { state } = await Deno.permissions.query({ name: "net", host: name });
    return state === "granted";
  } catch (error) {
    throw new UsageError(
      `--host "${host}": expected an address or a name by itself, as 127.0.0.1 (--port is the port)`,
      { cause: error },
    );
  }
}

async function listen(
  listening: Listening,
  serve: PresentOptions["serve"],
): Promise<ServedPage> {
  try {
    return await serve(listening);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UsageError(
        `--port ${listening.port}: something else listens there; expected a free port, or none for any that is free`,
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new UsageError(
        `--host "${listening.hostname}": expected an address of this machine`,
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
