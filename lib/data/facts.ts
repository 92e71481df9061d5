import type { Shape } from "../network/mod.ts";
import { loadRegistry } from "./registry.ts";
import type { SplitName } from "./split.ts";

/** What the registry says of a data set, without opening it. */
export interface DataSetFacts {
  /** Name for people. */
  readonly title: string;
  /** Shape of one image. */
  readonly shape: Shape;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Images of the train split, where it is known. */
  readonly trainCount: number | undefined;
  /** Images of the test split, where it is known. */
  readonly testCount: number | undefined;
  /** SHA-256 of each split's canonical form, where they are known. */
  readonly digest: Readonly<Record<SplitName, string | undefined>>;
  /** Its licence, for people. */
  readonly licence: string;
  /** Size of the raw files together, in bytes. */
  readonly rawBytes: number;
}

/**
 * Looks a data set up; nothing is fetched or written.
 *
 * @param name One of {@link dataSetNames}.
 * @throws {RangeError} If the registry has no such name.
 */
export function dataSetFacts(name: string): DataSetFacts {
  const registry = loadRegistry();
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined) {
    throw new RangeError(
      `Cannot look up a data set: name is "${name}", expected one of ${
        Object.keys(registry).sort().join(", ")
      }`,
    );
  }
  const { title, licence, shape, classes, splits, files } = entry;
  return {
    title,
    licence,
    shape,
    classes,
    trainCount: splits.train.count,
    testCount: splits.test.count,
    digest: { train: splits.train.digest, test: splits.test.digest },
    rawBytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
