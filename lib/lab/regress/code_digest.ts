import { fileURLToPath } from "node:url";
import { sha256Hex } from "../../random/mod.ts";
import { PROJECT } from "../project.ts";

/** What decides what an experiment gives, below the project's folder. */
const SOURCES = ["deno.json", "deno.lock", "experiments", "lib"];

/** Digest of the code and the profiles: a run of another one is another run. */
export async function codeDigest(): Promise<string> {
  const root = fileURLToPath(PROJECT);
  const parts = await Promise.all(SOURCES.map((name) => textsOf(root, name)));
  return sha256Hex([Deno.version.deno, ...parts.flat()].join("\n"));
}

/** Paths with the digests of the files there, in order. */
async function textsOf(
  root: string,
  path: string,
): Promise<readonly string[]> {
  const { isDirectory } = await Deno.stat(`${root}${path}`);
  if (!isDirectory) {
    return [`${path} ${sha256Hex(await Deno.readFile(`${root}${path}`))}`];
  }
  const entries = await Array.fromAsync(Deno.readDir(`${root}${path}`));
  const names = entries
    .filter(({ name, isDirectory }) =>
      isDirectory || /\.(ts|yaml|json)$/.test(name)
    )
    .map(({ name }) => name)
    .sort();
  const parts = await Promise.all(
    names.map((name) => textsOf(root, `${path}/${name}`)),
  );
  return parts.flat();
}
