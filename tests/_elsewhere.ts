/**
 * Runs Deno in a process whose home, cache and temporary folder are new and empty,
 * and looks at what it did besides printing.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Folder of the project. */
const PROJECT = fileURLToPath(new URL("../", import.meta.url));

/** What a process did besides printing. */
export interface Traces {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files it left in its home, its cache and its temporary folder, from there. */
  readonly files: readonly string[];
  /** Calls that open a socket to the internet; empty where none are watched. */
  readonly sockets: readonly string[];
}

/** How a process is run. */
export interface ElsewhereOptions {
  /** Whether its system calls are watched. */
  readonly watch?: boolean;
  /** Environment variables beside those of the new places. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program with arguments that runs what stands behind it; default: none. */
  readonly through?: readonly string[];
  /** After how long the process is ended, with code 143; default: it is waited for. */
  readonly patienceMs?: number;
}

/** Files below a folder, however deep. */
export function filesBelow(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

/** Where Deno keeps packages: a process with another home must find them. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    cwd: PROJECT,
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Runs Deno with these arguments, in the project's folder. */
export async function runElsewhere(
  args: readonly string[],
  { watch = false, env = {}, through = [], patienceMs }: ElsewhereOptions = {},
): Promise<Traces> {
  const folder = await Deno.makeTempDir();
  try {
    const places = ["home", "cache", "tmp"].map((name) => `${folder}/${name}`);
    for (const place of places) await Deno.mkdir(place);
    const [home, cache, temporary] = places as [string, string, string];
    const trace = `${folder}/trace`;
    const command = [
      ...watch
        ? ["strace", "-f", "--seccomp-bpf", "-e", "trace=socket", "-o", trace]
        : [],
      ...[...through, Deno.execPath(), ...args],
    ];
    const { code, stdout, stderr } = await new Deno.Command(command[0]!, {
      args: command.slice(1),
      cwd: PROJECT,
      // Another test of this process may have switched telemetry off in its
      // environment, which must not be handed on.
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: home,
        XDG_CACHE_HOME: cache,
        TMPDIR: temporary,
        DENO_DIR: await denoFolder(),
        // Deno asks its own host for a newer version otherwise.
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
        ...env,
      },
      stdin: "null",
      ...patienceMs !== undefined &&
        { signal: AbortSignal.timeout(patienceMs) },
    }).output();
    const text = new TextDecoder();
    return {
      code,
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
      files: places.flatMap(filesBelow)
        .map((path) => path.slice(folder.length + 1)),
      sockets: watch
        ? (await Deno.readTextFile(trace)).split("\n")
          .filter((line) => /socket\(AF_INET6?,/.test(line))
        : [],
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Why system calls cannot be watched here; undefined where they can. */
export async function watchingObstacle(): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("strace", {
      args: ["-f", "--seccomp-bpf", "-e", "trace=socket", "true"],
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no strace";
    throw error;
  }
}
