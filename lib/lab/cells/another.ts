import type { RunOptions } from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import type { ForecastOptions } from "../forecast/forecast.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { Session } from "../session/session.ts";
import { ownFolders } from "../subject/own_sets.ts";
import { findSubject } from "../subject/subject.ts";
import type { Cell } from "./cell.ts";
import type { CellLab, PreparedSubject } from "./experiment.ts";
import { once } from "./once.ts";
import { preparationKey, prepareSubject, type Shared } from "./prepare.ts";

/** What {@link anotherSubject} needs of the cell that asks. */
export interface AnotherOptions {
  /** The command line. */
  readonly run: RunOptions;
  /** The cell. */
  readonly cell: Cell;
  /** What trains. */
  readonly session: Session;
  /** What it shares with other cells. */
  readonly shared: Shared;
  /** What the cell was foreseen from. */
  readonly forecast: ForecastOptions;
  /** Place of the cell among all, from 0. */
  readonly rank: number;
  /** A phase of the cell on the progress line. */
  readonly phase: CellLab<CompressionConfig>["phase"];
}

/** Data of a subject that no cell was asked for by name. */
export class OtherDataError extends DataError {}

/**
 * A subject that a cell needs beside its own, with its teacher: the one that cells
 * about that subject have, if they come first, and theirs otherwise.
 *
 * @param config Its options.
 * @param options See {@link AnotherOptions}.
 * @throws {OtherDataError} If its data are not to be had, and are not the cell's own.
 * @throws {TeacherError} If its teacher's training failed.
 */
export async function anotherSubject(
  config: CompressionConfig,
  { run, cell, session, shared, forecast, rank, phase }: AnotherOptions,
): Promise<PreparedSubject> {
  const { dataset } = config;
  const key = preparationKey(config);
  const open = async () => {
    const folders = await ownFolders([cell.config.dataset, dataset], run);
    const data = folders.get(dataset);
    const known = await findSubject(config, {
      results: run.results,
      opened: shared.opened,
      ...(data === undefined ? {} : { data }),
    });
    return await known.open();
  };
  try {
    const subject = await once(shared.subjects, key, open);
    const prepared = await once(
      shared.teachers,
      key,
      () =>
        prepareSubject(session, {
          subject,
          forecast: {
            ...forecast,
            config,
            teacher: subject.network,
            images: config.images || subject.count.train - config.validation,
            taken: subject.taken !== undefined ||
              subject.imported !== undefined,
          },
          rank,
          phase: (part, shown) => phase(`source ${part}`, shown),
        }),
    );
    return { subject, prepared };
  } catch (error) {
    const isOther = error instanceof DataError &&
      dataset !== cell.config.dataset;
    if (!isOther) throw error;
    throw new OtherDataError(error.message, { cause: error });
  }
}
