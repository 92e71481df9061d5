import { denoCommand, EXIT, type RunOptions, setVoice } from "../../cli/mod.ts";
import { readQueueAddress } from "../../queue/mod.ts";
import { PROJECT } from "../project.ts";

/** Set of permissions that experiments run with. */
const SET = "experiment";

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/**
 * Runs this command once more, as a child with the network of its queue's server,
 * where the task's permissions lack it: they name the hosts of data sets, and where
 * a queue is only its user knows. Signals are passed on.
 *
 * @param run The command line.
 * @returns The child's exit code; undefined where nothing is lacking.
 * @throws {UsageError} If the address cannot be read.
 */
export async function inQueueNetwork(
  { queue }: Pick<RunOptions, "queue">,
): Promise<number | undefined> {
  if (queue === undefined) return undefined;
  const { host, port } = await readQueueAddress(queue);
  const isIpv6 = host.includes(":");
  const name = isIpv6 ? `[${host}]` : host;
  const { state } = await Deno.permissions.query({
    name: "net",
    host: `${name}:${port}`,
  });
  if (state === "granted") return undefined;
  // The child speaks: under --json the last event is its, too.
  setVoice("text");
  // A flag takes the place of the set's list, it adds nothing to it.
  const hosts = [...await setHosts(), name];
  const child = new Deno.Command(denoCommand(), {
    args: [
      ...["run", "--quiet", "--no-prompt", `-P=${SET}`],
      `--allow-net=${hosts.join(",")}`,
      Deno.mainModule,
      ...Deno.args,
    ],
  }).spawn();
  const listeners = SIGNALS.map((signal) => {
    const passOn = () => child.kill(signal);
    Deno.addSignalListener(signal, passOn);
    return [signal, passOn] as const;
  });
  try {
    const { code, signal } = await child.status;
    return signal === null ? code : EXIT.interrupted;
  } finally {
    for (const listener of listeners) Deno.removeSignalListener(...listener);
  }
}

async function setHosts(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(new URL("deno.json", PROJECT));
  const { permissions } = JSON.parse(text) as {
    readonly permissions: Readonly<
      Record<string, { readonly net: readonly string[] }>
    >;
  };
  return permissions[SET]!.net;
}
