/**
 * The data sets: which there are, fetch one, check one, look at one.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  fromWhereUserStands,
  leadingWords,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  suggestion,
  UsageError,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  countDuplicates,
  dataSetFacts,
  type DataSetHandle,
  dataSetNames,
  dataSetTitle,
  isFolderName,
} from "../lib/data/mod.ts";
import { openTestSplit } from "../lib/data/test_split.ts";
import { formatCount, markdownTable, MISSING } from "../lib/report/mod.ts";
import {
  checkDataFolders,
  checkDataOptions,
  contactSheet,
  dataOptions,
  isCached,
  openChosen,
  openRasteriser,
} from "../lib/lab/mod.ts";

const ACTIONS = ["list", "fetch", "verify", "show"] as const;

/** What can be asked on the command line, after an action and its name. */
export const command = {
  name: "deno task data",
  summary:
    "Data sets: list them (also without a word), fetch NAME, verify NAME, show NAME",
  examples: [
    "deno task data",
    "deno task data fetch cifar10",
    "deno task data verify mnist",
    "deno task data show cifar10 --data FOLDER",
    "deno task data verify folder:PATH --size 64",
  ],
  schema: z.strictObject({
    data: optionKinds.path.optional().describe(
      "Folder with data set files already there, looked in first",
    ),
    size: dataOptions.size,
    skipBroken: dataOptions.skipBroken,
    out: optionKinds.path.optional().describe(
      "File for show, .png or .svg (default: NAME.png, folder.png of a folder)",
    ),
  }),
};

/** @throws {UsageError} If the words are no action with the name it needs. */
function actionOf(
  words: readonly string[],
): { readonly action: typeof ACTIONS[number]; readonly name: string } {
  const [word = "list", name = "", ...more] = words;
  const action = ACTIONS.find((each) => each === word);
  const names = dataSetNames();
  if (action === undefined) {
    throw new UsageError(
      `"${word}": expected one of ${ACTIONS.join(", ")}${
        suggestion(word, ACTIONS)
      }`,
    );
  }
  if (more.length > 0 || action === "list" && name !== "") {
    throw new UsageError(
      `"${words.join(" ")}": expected ${
        action === "list" ? "no name" : "one name"
      } after "${action}"`,
    );
  }
  if (action !== "list" && !names.includes(name) && !isFolderName(name)) {
    const said = name === "" ? `${action} nothing` : `${action} "${name}"`;
    throw new UsageError(
      `${said}: expected one of ${names.join(", ")}, folder:PATH${
        suggestion(name, names)
      }`,
    );
  }
  return {
    action,
    // The name of a set is none of a file.
    name: isFolderName(name) ? fromWhereUserStands(name) : name,
  };
}

async function list(): Promise<void> {
  const rows = await Promise.all(
    dataSetNames().map(async (name) => {
      const facts = dataSetFacts(name);
      const count = (images: number | undefined) =>
        images === undefined ? MISSING : formatCount(images);
      return [
        name,
        facts.title,
        `${count(facts.trainCount)} / ${count(facts.testCount)}`,
        facts.shape.join("x"),
        `${facts.classes.length}`,
        `${(facts.rawBytes / 1e6).toFixed(0)} MB`,
        await isCached({ dataset: name }) ? "in the cache" : "to be fetched",
        facts.licence,
      ];
    }),
  );
  print(markdownTable(
    [
      { title: "name" },
      { title: "data set" },
      { title: "train / test", align: "right" },
      { title: "shape" },
      { title: "classes", align: "right" },
      { title: "raw files", align: "right" },
      { title: "state" },
      { title: "licence" },
    ],
    rows,
  ));
}

/** Opening checks every byte against the digests. */
function tellDigests({ name, count, digest, isOfficial }: DataSetHandle): void {
  for (const split of ["train", "test"] as const) {
    print(
      `${name}: ${split} digest ${digest[split]}, ${
        formatCount(count[split])
      } images`,
    );
  }
  if (isOfficial === undefined) return;
  print(
    `${name}: ${
      isOfficial
        ? "the official content"
        : "not known to be the official content"
    }`,
  );
}

async function verify(dataSet: DataSetHandle): Promise<void> {
  const duplicates = countDuplicates(
    await dataSet.loadTrain(),
    await openTestSplit(dataSet),
  );
  const { withinTrain, withinTest, across, conflicting } = duplicates;
  print(
    `${dataSet.name}: exact duplicates: ${withinTrain} in train, ${withinTest} in test; ${across} test images are training images too, ${conflicting} of them with another label`,
  );
}

async function show(
  dataSet: DataSetHandle,
  path: string,
): Promise<void> {
  const { name } = dataSet;
  const { textWidth, toPng } = await openRasteriser();
  const sheet = contactSheet(await dataSet.loadTrain(), {
    classes: dataSet.classes,
    title: `training images: ${dataSetTitle(name)}`,
    textWidth,
  });
  const isSvg = path.toLowerCase().endsWith(".svg");
  await writeFileAtomic(path, isSvg ? sheet : toPng(sheet));
  notify(`Written: ${path}`);
}

/**
 * Refuses options that an action does nothing with.
 *
 * @throws {UsageError} With all of them, one line each.
 */
function checkUsed(
  action: typeof ACTIONS[number],
  { data, size, skipBroken, out }: {
    readonly data?: string | undefined;
    readonly size?: number | undefined;
    readonly skipBroken?: boolean | undefined;
    readonly out?: string | undefined;
  },
): void {
  const isListed = action === "list";
  const unused = [
    ...isListed && data !== undefined ? ["--data"] : [],
    ...isListed && size !== undefined ? ["--size"] : [],
    ...isListed && skipBroken === true ? ["--skip-broken"] : [],
    ...action !== "show" && out !== undefined ? ["--out"] : [],
  ];
  if (unused.length === 0) return;
  throw new UsageError(
    unused.map((flag) =>
      `${flag}: expected none with ${action}, only with ${
        flag === "--out" ? "show" : "fetch, verify and show"
      }`
    ).join("\n"),
  );
}

/**
 * Reads the command line.
 *
 * @param args Its arguments: an action with its name, then options.
 * @throws {UsageError} With the mistakes, one line each.
 */
export function readRequest(args: readonly string[]) {
  const { words, rest } = leadingWords(args);
  const options = parseOptions(command, rest);
  const { out } = options;
  const request = actionOf(words);
  checkUsed(request.action, options);
  if (out !== undefined && !/\.(png|svg)$/i.test(out)) {
    throw new UsageError(
      `--out ${out}: expected a name that ends in .png or .svg`,
    );
  }
  return { ...options, ...request };
}

async function main(args: readonly string[]): Promise<number> {
  const { action, name, data, size, skipBroken, out } = readRequest(args);
  if (action === "list") {
    await list();
    return EXIT.done;
  }
  const own = data === undefined ? {} : { data };
  const options = { dataset: name, size, skipBroken };
  checkDataOptions(options);
  checkDataFolders(own);
  const dataSet = await openChosen(options, own);
  tellDigests(dataSet);
  if (action === "verify") await verify(dataSet);
  if (action === "show") {
    await show(dataSet, out ?? `${isFolderName(name) ? "folder" : name}.png`);
  }
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
