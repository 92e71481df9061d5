import { dirname, join } from "node:path";
import { type CommandRunner, setAside, UsageError } from "../../../cli/mod.ts";
import { copyTree, readTree, type Tree, treeDigest } from "../tree.ts";
import { buildNative } from "./build.ts";
import { runInstaller } from "./installer.ts";
import { fetchPackages } from "./packages.ts";
import {
  HEADERS_PACKAGE,
  RUNTIME_PACKAGES,
  type TfjsNodeSources,
} from "./sources.ts";

/** Ways to TensorFlow's library. */
export type NativeWay = "installer" | "wheel";

/** How tfjs-node is set up; a test brings its own. */
export interface TfjsNodeSetup {
  /** What is fetched. */
  readonly sources: TfjsNodeSources;
  /** Folder that is filled. */
  readonly folder: string;
  /** Whether to use tfjs-node's installer, the wheel, or what works. */
  readonly way: NativeWay | "auto";
  /** Operating system and processor, as Deno names them. */
  readonly platform: { readonly os: string; readonly arch: string };
  /** Runs Deno, pip and the compiler. */
  readonly run: CommandRunner;
  /** Deno's program. */
  readonly deno: string;
  /** Programs to try as a C++ compiler. */
  readonly compilers: readonly string[];
  /** Why the installer's host is out of reach; undefined where it is not. */
  readonly hostObstacle: () => Promise<string | undefined>;
  /** Bytes that are free on a folder's disk. */
  readonly freeBytes: (folder: string) => Promise<number>;
  /** Tells the person watching what takes time, or was found damaged. */
  readonly tell: (line: string) => void;
}

/** What a setup notes of itself, beside the files. */
interface Note {
  readonly way: NativeWay;
  readonly files: Tree;
}

const NOTE = "setup.json";
/** The wheel and what is unpacked of it, with room for the packages. */
const NEEDED_BYTES = 1_000_000_000;

/**
 * The packages import this one by name in one place; it is a part of the
 * project's TensorFlow.js, and two copies of it must not be loaded.
 */
const CORE = {
  path: "@tensorflow/tfjs-core/index.js",
  text: 'module.exports = require("@tensorflow/tfjs");\n',
};

/**
 * Fills a folder with tfjs-node, unless it is there already, every file as it was
 * written. A folder whose files are others is set aside, never overwritten.
 *
 * @returns Whether it was there, or the way that it was got by.
 * @throws {UsageError} If something is missing; the message names it and the fix.
 * @throws {FingerprintError} If what was fetched is not what it must be.
 */
export async function installTfjsNode(
  setup: TfjsNodeSetup,
): Promise<"there" | NativeWay> {
  const { folder, tell } = setup;
  const fault = await faultOfFolder(folder);
  if (fault === undefined) return "there";
  if (fault !== "missing") {
    tell(`Set aside as "${await setAside(folder)}": ${fault}`);
  }
  const parent = dirname(folder);
  await Deno.mkdir(parent, { recursive: true });
  await checkSpace(setup, parent);
  // Beside its place, so that it is moved there whole.
  const scratch = `${folder}.partial`;
  await removeIfThere(scratch);
  try {
    const content = join(scratch, "content");
    const way = await fill(setup, { scratch, content });
    const note: Note = { way, files: await readTree(content) };
    await Deno.writeTextFile(join(content, NOTE), JSON.stringify(note));
    await Deno.rename(content, folder);
    return way;
  } finally {
    await removeIfThere(scratch);
  }
}

/** What is wrong with a folder that was set up; undefined when nothing is. */
async function faultOfFolder(
  folder: string,
): Promise<"missing" | string | undefined> {
  let note: Note;
  try {
    note = JSON.parse(await Deno.readTextFile(join(folder, NOTE)));
  } catch (error) {
    if (error instanceof SyntaxError) return `its ${NOTE} is damaged`;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return await isThere(folder) ? `it has no ${NOTE}` : "missing";
  }
  const { [NOTE]: _, ...files } = await readTree(folder);
  if (treeDigest(files) === treeDigest(note.files)) return undefined;
  const changed = Object.keys({ ...note.files, ...files })
    .find((path) => files[path] !== note.files[path]);
  return `"${changed}" is not as it was written`;
}

async function checkSpace(
  { freeBytes }: TfjsNodeSetup,
  parent: string,
): Promise<void> {
  const free = await freeBytes(parent);
  if (free >= NEEDED_BYTES) return;
  throw new UsageError(
    `Cannot set up tfjs-node: "${parent}" has ${
      (free / 1e9).toFixed(1)
    } GB of free disk, expected 1 GB; make room`,
  );
}

async function fill(
  setup: TfjsNodeSetup,
  { scratch, content }: { readonly scratch: string; readonly content: string },
): Promise<NativeWay> {
  const { sources, tell, run, deno } = setup;
  const way = await chooseWay(setup);
  tell("Fetching tfjs-node's packages with Deno");
  const project = join(scratch, "npm");
  const folders = await fetchPackages(sources.packages, {
    run,
    deno,
    folder: project,
  });
  const modules = join(content, "node_modules");
  for (const name of RUNTIME_PACKAGES) {
    const to = join(modules, name);
    await copyTree({ from: folders[name]!, to, wanted: isUsed });
  }
  await Deno.mkdir(dirname(join(modules, CORE.path)), { recursive: true });
  await Deno.writeTextFile(join(modules, CORE.path), CORE.text);
  const source = folders["@tensorflow/tfjs-node"]!;
  const target = join(modules, "@tensorflow/tfjs-node");
  const build = () =>
    buildNative({
      ...setup,
      scratch,
      source,
      target,
      nodeHeaders: folders[HEADERS_PACKAGE]!,
    });
  if (way === "wheel") {
    await build();
    return way;
  }
  try {
    tell("Running tfjs-node's installer");
    await runInstaller({ run, deno, project, source, target });
    return way;
  } catch (error) {
    if (!(error instanceof UsageError) || setup.way !== "auto") throw error;
    checkPlatform(setup);
    tell(`${error.message}\nTaking TensorFlow from its wheel instead`);
    for (const part of ["lib", "deps"]) await removeIfThere(join(target, part));
    await build();
    return "wheel";
  }
}

/** The way that is asked for; the regular one where its host can be reached. */
async function chooseWay(setup: TfjsNodeSetup): Promise<NativeWay> {
  if (setup.way === "installer") return setup.way;
  if (setup.way === "auto") {
    const obstacle = await setup.hostObstacle();
    if (obstacle === undefined) return "installer";
    setup.tell(
      `tfjs-node's installer cannot fetch TensorFlow from here (${obstacle}): ` +
        `taking its wheel`,
    );
  }
  checkPlatform(setup);
  return "wheel";
}

/** @throws {UsageError} If the wheel is made for other machines. */
function checkPlatform({ platform: { os, arch } }: TfjsNodeSetup): void {
  if (os === "linux" && arch === "x86_64") return;
  throw new UsageError(
    `Cannot take TensorFlow from its wheel: the machine is ${os} ${arch}, ` +
      `expected linux x86_64, for which alone the wheel is made; where the ` +
      `network lets tfjs-node's installer through: --way installer`,
  );
}

/** Programs and the package's description: no sources, types or tests. */
function isUsed(path: string): boolean {
  return path === "package.json" ||
    path.endsWith(".js") && !/^(src|scripts|binding)\/|_test\.js$/.test(path);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  if (await isThere(path)) await Deno.remove(path, { recursive: true });
}
