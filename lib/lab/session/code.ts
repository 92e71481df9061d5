/**
 * Which code gives results: what a store remembers is kept under all it depends on
 * but the code, so that a change of a comment, or of what cannot matter, throws no
 * night's work away. Instead it is noted which code made it, and told when that was
 * another.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { ifThere } from "../../cli/mod.ts";
import { sha256Hex } from "../../random/mod.ts";
import { PROJECT } from "../project.ts";

/** Short digests of code, comments left out. */
export interface CodeDigests {
  /** What a training's bits depend on, of one engine. */
  readonly training: string;
  /** What a search's do beside: how students are proposed and scored. */
  readonly search: string;
}

const TRAINING = ["data", "network", "random", "training"];
const SEARCH = ["compress", "policy", "reward", "search"];
/** Of the search's, what trains a student. */
const EVALUATE = "search/evaluate.ts";
const DIGITS = 12;

/**
 * Digests of the code that trains and searches.
 *
 * @param engine Name of the engine, for example "onnx-cpu": the others' code does
 * not matter.
 * @param root Folder of the project; default that of this code.
 */
export async function codeDigests(
  engine: string,
  root: URL = PROJECT,
): Promise<CodeDigests> {
  const lib = `${fileURLToPath(root)}lib`;
  const below = (names: readonly string[]) =>
    Promise.all(names.map((name) => sourcesBelow(`${lib}/${name}`)));
  // What engines share lies beside their folders: "tfjs-node" is in "tfjs".
  const engines = await sourcesIn(`${lib}/engine`);
  const own = await sourcesBelow(`${lib}/engine/${engine.split("-")[0]}`);
  const evaluate = await sourceOf(`${lib}/${EVALUATE}`);
  const digest = (texts: readonly string[]) =>
    sha256Hex(texts.join("\n")).slice(0, DIGITS);
  return {
    training: digest([
      ...engines,
      ...own,
      evaluate,
      ...(await below(TRAINING)).flat(),
    ]),
    search: digest((await below(SEARCH)).flat()),
  };
}

/** Code without the lines that are comments. */
export function withoutComments(text: string): string {
  let isComment = false;
  return text.split("\n").filter((line) => {
    const start = line.trimStart();
    isComment ||= start.startsWith("/*");
    const isLeftOut = isComment || start.startsWith("//") || start === "";
    // Code behind a comment's end, which the formatter never leaves there, is read.
    if (isComment && line.includes("*/")) {
      isComment = false;
      return !line.trimEnd().endsWith("*/");
    }
    return !isLeftOut;
  }).join("\n");
}

/** Digests of a folder's sources, without those of folders in it, in order. */
async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = (await entriesOf(folder))
    .filter(({ name, isFile }) => isFile && name.endsWith(".ts"))
    .map(({ name }) => name);
  return await Promise.all(
    names.sort().map(async (name) =>
      `${name} ${await sourceOf(`${folder}/${name}`)}`
    ),
  );
}

/** Digest of a source. */
async function sourceOf(path: string): Promise<string> {
  return sha256Hex(withoutComments(await Deno.readTextFile(path)));
}

/** The same with those of all folders in it. */
async function sourcesBelow(folder: string): Promise<readonly string[]> {
  const folders = (await entriesOf(folder))
    .filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name);
  const nested = await Promise.all(
    folders.sort().map(async (name) => {
      const sources = await sourcesBelow(`${folder}/${name}`);
      return sources.map((source) => `${name}/${source}`);
    }),
  );
  return [...await sourcesIn(folder), ...nested.flat()];
}

async function entriesOf(folder: string): Promise<readonly Deno.DirEntry[]> {
  return await ifThere(() => Array.fromAsync(Deno.readDir(folder))) ?? [];
}
