/**
 * Fetches the npm packages that deno.lock names, before a task that needs them:
 * quietly, where Deno would print a line or two for each of them. It imports none
 * itself, for they are not there yet when it runs.
 *
 * @module
 */

import { writeFileAtomic } from "./atomic.ts";
import { EXIT, FileError } from "./errors.ts";
import { ifThere } from "./if_there.ts";
import { type Main, runMain } from "./main.ts";
import { notify } from "./output.ts";
import { createProgress } from "./progress.ts";

/** Megabytes that are fetched, and unpacked, as measured on x86-64 Linux. */
export const ABOUT = { fetchedMb: 270, unpackedMb: 940 } as const;

/** How often what has arrived is counted: that takes some tenths of a second. */
const LOOK_MS = 3000;

/** The packages of one platform could not be fetched. */
export class PackagesError extends Error {
  /** {@link EXIT}.data */
  readonly exitCode: number = EXIT.data;
  /** The class, for messages of bugs. */
  override readonly name = "PackagesError";
}

/** Where and by what the packages are fetched; a test brings its own. */
export interface PackagesSource {
  /** The project's folder: it has deno.lock. */
  readonly folder: string;
  /** Deno's folder of unpacked packages, HOST/NAME/VERSION below it. */
  readonly cache: () => Promise<string>;
  /** Fetches them; returns an exit code and what was said. */
  readonly install: () => Promise<
    { readonly code: number; readonly stderr: string }
  >;
  /** Told that something is fetched. */
  readonly tell?: (line: string) => void;
  /** Called now and then with the megabytes that are unpacked. */
  readonly count?: (mb: number) => void;
  /** Operating system and processor, as Deno names them. */
  readonly platform?: Pick<typeof Deno.build, "os" | "arch" | "target">;
}

/**
 * Sees that node_modules/ has what deno.lock names. A note of the lock file's
 * digest in node_modules/ says that it has.
 *
 * @param source Where and by what.
 * @returns Whether anything was asked for.
 * @throws {PackagesError} If they cannot be had; the message says what to do.
 * @throws {FileError} If deno.lock is damaged.
 */
export async function ensurePackages(source: PackagesSource): Promise<boolean> {
  const { folder, tell = notify, platform = Deno.build } = source;
  const lock = await Deno.readTextFile(`${folder}/deno.lock`);
  const wanted = `${await sha256(lock)} ${platform.target}\n`;
  const note = `${folder}/node_modules/.complete`;
  if (await ifThere(() => Deno.readTextFile(note)) === wanted) return false;

  const names = packagesOf(lock, platform);
  if (!await isThere(`${folder}/node_modules/.deno`)) {
    tell(
      `Fetching ${names.length} npm packages once, about ${ABOUT.fetchedMb} ` +
        `MB (${ABOUT.unpackedMb} MB on the disk), to node_modules/; their ` +
        `install scripts are not run and not needed`,
    );
  }
  const { code, stderr } = await whileCounting(source, names);
  if (code !== 0) {
    throw new PackagesError(
      `${stderr.trim()}\nCannot fetch the packages (deno install ended with ` +
        `${code}): expected the npm registry within reach, or a mirror that ` +
        `NPM_CONFIG_REGISTRY or .npmrc names, and a disk with ` +
        `${ABOUT.unpackedMb} MB free; the same command goes on from here`,
    );
  }
  await keepNote(note, wanted);
  return true;
}

/**
 * The packages of a lock file, NAME/VERSION, that a platform has: those for other
 * systems or processors are left out.
 *
 * @param lock Text of deno.lock.
 * @param platform Operating system and processor, as Deno names them.
 * @throws {FileError} If it is no lock file.
 */
export function packagesOf(
  lock: string,
  { os, arch }: Pick<typeof Deno.build, "os" | "arch">,
): readonly string[] {
  const system = os === "windows" ? "win32" : os;
  const processor = arch === "x86_64" ? "x64" : "arm64";
  return entriesOf(lock)
    .filter(([, entry]) =>
      (entry.os?.includes(system) ?? true) &&
      (entry.cpu?.includes(processor) ?? true)
    )
    // NAME@VERSION, and _ and more where the version depends on another package.
    .map(([key]) => key.replace(/^(.+?)@([^@_]+).*$/, "$1/$2"));
}

/** A package of a lock file; without a list it is for all. */
interface Entry {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

function entriesOf(lock: string): readonly (readonly [string, Entry])[] {
  try {
    return Object.entries(
      (JSON.parse(lock) as { readonly npm: Record<string, Entry> }).npm,
    );
  } catch (error) {
    throw new FileError(
      "deno.lock is damaged: expected the file that came with the project " +
        "(git checkout deno.lock)",
      { cause: error },
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return await ifThere(() => Deno.lstat(path)) !== undefined;
}

/** Runs the installation, and looks now and then how much has arrived. */
async function whileCounting(
  { cache: findCache, install, count }: PackagesSource,
  names: readonly string[],
): ReturnType<PackagesSource["install"]> {
  const cache = await findCache();
  const installing = install();
  let done = false;
  const finished = installing.finally(() => done = true).catch(() => {});
  while (!done) {
    count?.(Math.round(unpackedBytes(cache, names) / 1e6));
    let timer;
    const look = new Promise((resolve) => timer = setTimeout(resolve, LOOK_MS));
    await Promise.race([finished, look]);
    clearTimeout(timer);
  }
  return await installing;
}

/**
 * Bytes of packages in Deno's folder of unpacked ones.
 *
 * @param cache The folder.
 * @param names NAME/VERSION each.
 */
export function unpackedBytes(cache: string, names: readonly string[]): number {
  return entries(cache).filter(({ isDirectory }) => isDirectory)
    .flatMap((host) => names.map((name) => `${cache}/${host.name}/${name}`))
    .reduce((sum, path) => sum + bytesBelow(path), 0);
}

function bytesBelow(folder: string): number {
  return entries(folder).reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? bytesBelow(path) : sizeOf(path));
  }, 0);
}

/** What was there a moment ago may be moved: it is being unpacked. */
function entries(folder: string): readonly Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** A folder that others own, with all in it, serves without a note. */
async function keepNote(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(path, text);
  } catch (error) {
    const { cause } = error as Error;
    if (
      cause instanceof Deno.errors.PermissionDenied ||
      (cause instanceof Error && "code" in cause && cause.code === "EROFS")
    ) return;
    throw error;
  }
}

async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

/** Runs this Deno once more, in the project's folder. */
async function deno(...args: readonly string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
  }).output();
}

const main: Main = async () => {
  let progress: ReturnType<typeof createProgress> | undefined;
  let shown = 0;
  const fetched = await ensurePackages({
    // Tasks start in the project's folder.
    folder: Deno.cwd(),
    cache: async () => {
      const { stdout } = await deno("info", "--json");
      return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
    },
    install: async () => {
      const { code, stderr } = await deno("install", "--quiet", "--frozen");
      return { code, stderr: new TextDecoder().decode(stderr) };
    },
    count(mb) {
      const there = Math.min(mb, ABOUT.unpackedMb - 1);
      if (progress !== undefined) progress.advance(Math.max(0, there - shown));
      progress ??= createProgress({
        label: "packages",
        // Deno fetches first: nothing of it is on the disk for most of the time.
        unit: "MB unpacked",
        total: ABOUT.unpackedMb,
        // An earlier installation, or another project, may have left some.
        restored: there,
      });
      shown = Math.max(shown, there);
    },
  });
  if (fetched) progress?.advance(ABOUT.unpackedMb - shown);
  progress?.finish();
};

if (import.meta.main) await runMain(main);
