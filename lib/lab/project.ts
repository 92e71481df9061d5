/**
 * Where the project keeps what every experiment reads.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { readPathVariable } from "../cli/mod.ts";

/** Folder of the project. */
export const PROJECT: URL = new URL("../../", import.meta.url);

/** The results that the project brings along. */
export const PROJECT_RESULTS: string = fileURLToPath(
  new URL("results", PROJECT),
);

/** The paper's numbers, with how each is known. */
export const PAPER: URL = new URL("experiments/paper.yaml", PROJECT);

/** How teachers are trained. */
export const TEACHER_RECIPES: URL = new URL(
  "experiments/configs/teachers.yaml",
  PROJECT,
);

/**
 * Where decoded data sets are kept: the project's datasets/cache, or the folder
 * that the environment variable N2N_CACHE names.
 *
 * @throws {UsageError} If that cannot be a folder.
 */
export function dataCache(): string {
  return readPathVariable("N2N_CACHE", "place") ??
    fileURLToPath(new URL("datasets/cache", PROJECT));
}
