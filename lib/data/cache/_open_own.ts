import { join } from "node:path";
import { canonicalJson } from "../../random/mod.ts";
import { isFile, readIfExists } from "../disk/read.ts";
import { makeFolder, setAside, writeFileAtomic } from "../disk/write.ts";
import type { DataProgress } from "../progress.ts";
import { SPLIT_NAMES, type SplitName } from "../split.ts";
import type { Built } from "./_build.ts";
import {
  building,
  type Context,
  type LoadedSet,
  type Place,
  readWhole,
} from "./_context.ts";
import { writeCache } from "./_split_file.ts";

/** What was found out about a user's files when they were decoded. */
type OwnFacts = Readonly<
  Record<SplitName, { readonly digest: string; readonly isOfficial: boolean }>
>;

/**
 * Opens what the user's folder has, decoded once. Content that turns out not to be
 * the official one is cached under a name of its own.
 */
export async function openOwn(
  context: Context,
  ownName: string,
): Promise<LoadedSet> {
  const { official, onProgress } = context;
  const dir = join(official.dir, "..", ownName);
  const factsPath = join(dir, "facts.json");
  const placeOf = (split: SplitName, facts: OwnFacts): Place => {
    if (facts[split].isOfficial) return official;
    const { entry } = official;
    const { count: _, ...wanted } = entry.splits[split];
    const { digest } = facts[split];
    return {
      dir,
      name: ownName,
      entry: {
        ...entry,
        splits: { ...entry.splits, [split]: { ...wanted, digest } },
      },
    };
  };
  const readOwn = async (): Promise<LoadedSet | undefined> => {
    const facts = parseFacts(await readIfExists(factsPath));
    if (facts === undefined) return undefined;
    const train = await readWhole(placeOf("train", facts), "train");
    const test = await readWhole(placeOf("test", facts), "test");
    if (train === undefined || test === undefined) return undefined;
    return {
      train,
      test,
      isOfficial: facts.train.isOfficial && facts.test.isOfficial,
    };
  };
  const known = await readOwn();
  if (known !== undefined) return known;
  await makeFolder(dir);
  return await building(context, async (build) => {
    // Another process may have built it while this one waited.
    const again = await readOwn();
    if (again !== undefined) return again;
    const built = { train: await build("train"), test: await build("test") };
    const factsOf = ({ digest, isOfficial }: Built) => ({ digest, isOfficial });
    const facts = { train: factsOf(built.train), test: factsOf(built.test) };
    for (const split of SPLIT_NAMES) {
      await keepSplit(placeOf(split, facts), split, built[split], onProgress);
    }
    // Last, for what it vouches for must be there.
    await writeFileAtomic(
      factsPath,
      [new TextEncoder().encode(`${canonicalJson(facts)}\n`)],
      () => {},
    );
    return {
      ...built,
      isOfficial: built.train.isOfficial && built.test.isOfficial,
    };
  });
}

function parseFacts(bytes: Uint8Array | undefined): OwnFacts | undefined {
  if (bytes === undefined) return undefined;
  try {
    const facts = JSON.parse(new TextDecoder().decode(bytes));
    const isWhole = SPLIT_NAMES.every((split) =>
      /^[0-9a-f]{64}$/.test(facts[split].digest) &&
      typeof facts[split].isOfficial === "boolean"
    );
    return isWhole ? facts : undefined;
  } catch {
    // As if it were not there: it is made anew from the user's files.
    return undefined;
  }
}

/** Writes a split that was built from the user's files, if it is not there. */
async function keepSplit(
  place: Place,
  split: SplitName,
  built: Built,
  onProgress: (progress: DataProgress) => void,
): Promise<void> {
  const { dir, name, entry } = place;
  if (await readWhole(place, split) !== undefined) return;
  const path = join(dir, `${split}.bin`);
  if (await isFile(path)) {
    const aside = await setAside(path);
    onProgress({ action: "setAside", file: aside, bytes: 0 });
  }
  await writeCache(path, { name, split, entry, onProgress }, built);
}
