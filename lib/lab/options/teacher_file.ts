/**
 * A teacher that was trained elsewhere: the options that name its file and say how
 * it wants its images.
 *
 * @module
 */

import { basename, dirname, extname } from "node:path";
import { z } from "zod";
import { optionKinds, UsageError } from "../../cli/mod.ts";
import type { NetworkName } from "../../network/mod.ts";

/** The options, for the schema of the teacher. */
export const teacherFileOptions = {
  file: optionKinds.path.optional()
    .meta({
      flag: "teacher",
      title: "FILE.onnx, FILE.json or FILE.safetensors",
    })
    .describe(
      "A network trained elsewhere, taken as it is instead of --network: ONNX, a layers model of TensorFlow.js, or weights with a network (docs/exchange.md)",
    ),
  pixels: z.enum(["unit", "bytes", "signed", "dataset"]).optional().describe(
    "How that file wants its pixels, where it does not say: unit (0 to 1), bytes (0 to 255), signed (-1 to 1), dataset (this project's mean and deviation of the set)",
  ),
  mean: z.array(z.number()).min(1).optional().describe(
    "The same by numbers: what is subtracted from pixels of 0 to 1, one for all channels or one each",
  ),
  std: z.array(z.number().positive()).min(1).optional().describe(
    "What they are then divided by, likewise",
  ),
};

/** A teacher's file, and what was said of its images. */
export interface TeacherFile {
  /** Its path. */
  readonly file: string;
  /** A usual range. */
  readonly pixels?: "unit" | "bytes" | "signed" | "dataset";
  /** Numbers for it. */
  readonly mean?: readonly number[];
  /** Numbers for it. */
  readonly std?: readonly number[];
}

/** In the place of a network's name that of a file: "file:resnet56". */
export type FileNetwork = `file:${string}`;

/** The name under which a file's network stands in results. */
export function fileNetwork(path: string): FileNetwork {
  const name = basename(path);
  return `file:${
    name === "model.json"
      ? basename(dirname(path))
      : basename(name, extname(name))
  }`;
}

/** Whether a network's name is that of a file. */
export function isFileNetwork(name: string): name is FileNetwork {
  return name.startsWith("file:");
}

/**
 * The name of a network that can be built.
 *
 * @throws {TypeError} If it is a file's, which is never built.
 */
export function builtName(name: NetworkName | FileNetwork): NetworkName {
  if (!isFileNetwork(name)) return name;
  throw new TypeError(`Cannot build "${name}": it is read from a file`);
}

/** The file's name without what marks it as one. */
export function fileNetworkName(name: FileNetwork): string {
  return name.slice("file:".length);
}

/**
 * The teacher's file as the options name it; undefined where there is none.
 *
 * @throws {UsageError} If what is said of its images contradicts itself, or there is
 * no file that it could be of.
 */
export function teacherFileOf(
  { file, pixels, mean, std }: {
    readonly [Key in keyof TeacherFile]?: TeacherFile[Key] | undefined;
  },
): TeacherFile | undefined {
  const given = Object.entries({ pixels, mean, std })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => `--teacher.${key}`);
  if (file === undefined) {
    if (given.length === 0) return undefined;
    throw new UsageError(
      `${
        given.join(", ")
      }: expected with --teacher FILE only, whose images they are of`,
    );
  }
  if ((mean === undefined) !== (std === undefined)) {
    throw new UsageError(
      `${given.join(", ")}: expected --teacher.mean and --teacher.std together`,
    );
  }
  if (pixels !== undefined && mean !== undefined) {
    throw new UsageError(
      `${given.join(", ")}: expected --teacher.pixels or the two others`,
    );
  }
  return {
    file,
    ...(pixels === undefined ? {} : { pixels }),
    ...(mean === undefined || std === undefined ? {} : { mean, std }),
  };
}
