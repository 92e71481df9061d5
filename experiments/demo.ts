/**
 * Serves a page where a teacher and its student answer side by side: digits that are
 * drawn, pictures that are dropped, test images.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  fromWhereUserStands,
  notify,
  optionKinds,
  parseOptions,
  runMain,
  UsageError,
} from "../lib/cli/mod.ts";
import {
  DataError,
  dataSetFacts,
  type DataSetHandle,
  dataSetTitle,
  isFolderName,
  openDataSet,
  type Split,
} from "../lib/data/mod.ts";
import { openTestSplit, readCachedTestSplit } from "../lib/data/test_split.ts";
import {
  betterWithoutWeights,
  chooseStudent,
  type DemoData,
  type DemoTests,
  prepareDemo,
  serveDemo,
} from "../lib/demo/mod.ts";
import {
  dataCache,
  exportableSchema,
  type ExportSource,
  type Identity,
  knownStudents,
  likeTeacher,
  ownTeacher,
  PROJECT_RESULTS,
  readCell,
  rerunCommand,
  studentSource,
  teacherNames,
  teacherSource,
} from "../lib/lab/mod.ts";
import { pageOptions, presentPage } from "../lib/pages/mod.ts";

const DEFAULT_FOLDER = "results";

/** What can be asked on the command line. */
export const command = {
  name: "deno task demo",
  summary:
    "A page where teacher and student answer side by side: drawings, pictures, test images",
  examples: [
    "deno task demo",
    "deno task demo --open",
    "deno task demo elsewhere",
    "deno task demo --student rq1/smoke/mnist-vgg13-w0.125-reinforce-s1/removal",
    "deno task demo --teacher mnist-vgg13-w0.25 --port 8080",
  ],
  schema: z.strictObject({
    student: z.string().min(1).optional().describe(
      "The winner of a stage: QUESTION/PROFILE/CELL/STAGE; default: one that can be drawn for; of the laptop profile, else of another, else of smoke",
    ),
    teacher: z.string().min(1).optional().describe(
      "A teacher of results/teachers, by its name; default: the student's own, else the best of its data set",
    ),
    dataset: optionKinds.path.regex(/^folder:./).optional().describe(
      "folder:PATH, where the pictures lie of networks that were trained on some",
    ),
    skipBroken: z.boolean().default(false).describe(
      "Leave broken pictures of folder:PATH out, as the training did",
    ),
    ...pageOptions,
  }),
};

/**
 * Reads the command line.
 *
 * @param args Its arguments: maybe a results folder, then options.
 * @throws {UsageError} With the mistakes.
 */
export function readRequest(args: readonly string[]) {
  const [first, ...rest] = args;
  const hasFolder = first !== undefined && !first.startsWith("-");
  return {
    ...parseOptions(command, hasFolder ? rest : args),
    folder: hasFolder ? fromWhereUserStands(first) : DEFAULT_FOLDER,
  };
}

type Request = ReturnType<typeof readRequest>;

/** What an experiment is told of a results folder. */
function resultsFlag(folder: string): string {
  return folder === DEFAULT_FOLDER ? "" : ` --results ${folder}`;
}

/** The student that is shown where none is named. */
async function defaultStudent(folder: string): Promise<string> {
  const known = await knownStudents(folder);
  const chosen = chooseStudent(known);
  const better = betterWithoutWeights(known, chosen);
  if (better !== undefined) {
    const { question, profile, cell } = better;
    const place = { results: folder, question, profile };
    const found = await readCell<{ identity: Identity }>(place, {
      cell,
      schema: exportableSchema,
    });
    const { identity } = found!.record.deterministic;
    notify(
      `${question}/${profile}/${cell} has no weights beside its record; to have them: ${
        rerunCommand(better, identity, { results: folder })
      }`,
    );
  }
  if (chosen?.student !== undefined) return chosen.student.name;
  throw new DataError(
    `Cannot show a student: no record in "${folder}" has its winners' weights beside it; a minute makes some: deno task rq1 --profile smoke${
      resultsFlag(folder)
    }`,
  );
}

/** The teacher beside the student, and what must be said of it. */
async function findTeacher(
  { folder, teacher: named }: Request,
  student: ExportSource,
): Promise<{ readonly teacher: ExportSource; readonly note?: string }> {
  if (named === undefined) {
    const own = await ownTeacher(folder, student);
    if (own !== undefined) return { teacher: own };
  }
  const teacher = named === undefined
    ? await likeTeacher(folder, student)
    : await namedTeacher(folder, named);
  if (student.preprocessing !== undefined) {
    throw new UsageError(
      `Cannot show ${student.name}: it was made from a network of a file, which takes its images in a way of its own and whose weights are not kept; expected a student of a teacher that is; for the student alone: deno task export ${student.name}`,
    );
  }
  if (teacher === undefined) {
    throw new DataError(
      `Cannot show ${student.name}: the weights of its teacher are not in "${folder}", and there is no other teacher for ${student.data.name} with images prepared alike; to train one: deno task teacher --dataset ${student.data.name}`,
    );
  }
  if (teacher.data.digest.test !== student.data.digest.test) {
    throw new UsageError(
      `--teacher "${teacher.name}": it was trained on ${teacher.data.name}, expected the images of ${student.name}, ${student.data.name} prepared alike`,
    );
  }
  const isOwn = student.teacher?.weights !== undefined &&
    (await ownTeacher(folder, student))?.name === teacher.name;
  return isOwn ? { teacher } : {
    teacher,
    note: `This student was made from another teacher, of ${
      (100 * student.teacher!.test).toFixed(2)
    } % test accuracy; the one beside it is of the same data set.`,
  };
}

/** A teacher of the results folder, or of the project's own. */
async function namedTeacher(
  folder: string,
  name: string,
): Promise<ExportSource> {
  const isProjects = !(await teacherNames(folder)).includes(name) &&
    (await teacherNames(PROJECT_RESULTS)).includes(name);
  return await teacherSource(isProjects ? PROJECT_RESULTS : folder, name);
}

/** What is known of the networks' data set, and its test images. */
interface Images {
  readonly data: Omit<DemoData, "framing">;
  readonly tests: DemoTests;
  readonly split?: Split;
}

async function findImages(
  { dataset, skipBroken }: Request,
  { data, network: { input }, preprocessing }: ExportSource,
): Promise<Images> {
  if (isFolderName(data.name) !== (dataset !== undefined)) {
    throw new UsageError(
      isFolderName(data.name)
        ? `--dataset: expected folder:PATH, where the pictures of ${data.name} lie`
        : `--dataset ${dataset}: expected none, the networks were trained on ${data.name}`,
    );
  }
  if (dataset !== undefined) {
    const opened = await openFolder(dataset, { size: input[1], skipBroken });
    if (opened.digest.test !== data.digest.test) {
      throw new DataError(
        `Cannot show the pictures of ${dataset}: they are not those that the networks were trained on (test split ${opened.digest.test}, expected ${data.digest.test})`,
      );
    }
    const { classes, mean, std, count } = opened;
    return {
      data: { title: dataSetTitle(dataset), shape: input, classes, mean, std },
      tests: { count: count.test },
      split: await openTestSplit(opened),
    };
  }
  const { isResizable } = dataSetFacts(data.name);
  const size = isResizable ? input[1] : undefined;
  const { title, classes, mean, std } = dataSetFacts(data.name, size);
  const about = {
    title,
    shape: input,
    classes,
    ...(preprocessing ?? { mean, std }),
  };
  const cached = await readCachedTestSplit(data.name, {
    cacheDir: dataCache(),
    size,
  });
  const fetching = `deno task data fetch ${data.name}${
    size === undefined ? "" : ` --size ${size}`
  }`;
  if (cached === undefined) {
    const reason =
      `The test images are not in this machine's cache yet: ${fetching} puts them there; then start this demo anew.`;
    return { data: about, tests: { reason } };
  }
  if ("reason" in cached || cached.digest !== data.digest.test) {
    const fault = "reason" in cached
      ? `are damaged: ${cached.reason}; ${fetching} makes them anew`
      : "are not those that the networks were scored on";
    return {
      data: about,
      tests: { reason: `The cached test images ${fault}.` },
    };
  }
  const { split } = cached;
  return { data: about, tests: { count: split.count }, split };
}

/** Pictures of a folder, as they lie decoded in the cache: nothing is written here. */
async function openFolder(
  name: string,
  { size, skipBroken }: {
    readonly size: number;
    readonly skipBroken: boolean;
  },
): Promise<DataSetHandle> {
  try {
    return await openDataSet(name, { cacheDir: dataCache(), size, skipBroken });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new DataError(
      `Cannot show the pictures of ${name}: they are not decoded in the cache; first: deno task data verify ${name} --size ${size}${
        skipBroken ? " --skip-broken" : ""
      }`,
    );
  }
}

async function main(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  const { folder } = request;
  const student = await studentSource(
    folder,
    request.student ?? await defaultStudent(folder),
  );
  const { teacher, note } = await findTeacher(request, student);
  const { split, ...images } = await findImages(request, student);
  const prepared = await prepareDemo({ teacher, student, note, ...images });
  await presentPage({
    task: "demo",
    about: `${teacher.name} and ${student.name}`,
    options: request,
    serve: (listening) => serveDemo({ ...listening, prepared, split }),
  });
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
