/**
 * One cell: the same students, or searches, under every loss.
 *
 * @module
 */

import { countMacs, countParameters } from "../../network/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import { type Halves, halves } from "../fidelity/halves.ts";
import { type Round, roundOf, runRounds } from "../fidelity/rounds.ts";
import { fidelityStudents } from "../fidelity/students.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { DistillationContent, LossStudent } from "./content.ts";
import { lossesOf, type NamedLoss } from "./losses.ts";
import { checkDistillation, distillationOptionsOf } from "./options.ts";
import { searchByLosses } from "./searches.ts";
import { lossTrials, settingsOf } from "./settings.ts";

type Lab = CellLab<CompressionConfig>;

/** What a part of the experiment came to. */
interface Found<Own> {
  readonly own: Own;
  readonly workerSeconds: number;
  readonly failure?: string;
}

/**
 * Runs a cell. Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 * @throws {UsageError} If its options do not fit data or teacher.
 */
export async function runDistillation(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<DistillationContent>> {
  const { cell: { config }, session: { evaluator }, prepared } = lab;
  const train = prepared.finalData.train.length;
  checkDistillation(config, train);
  const losses = lossesOf(config);
  const half = halves(prepared, config.data.seed);
  const { own, workerSeconds, failure } =
    distillationOptionsOf(config).part === "students"
      ? await trainStudents(lab, losses, half)
      : await searchAll(lab, losses, half);
  return {
    content: {
      identity: lab.identity,
      teacher: {
        network: prepared.network,
        parameters: countParameters(prepared.network),
        macs: countMacs(prepared.network),
        validation: prepared.evaluation.accuracy,
      },
      images: {
        train,
        scoring: half.scoring.length,
        confirm: half.confirm.length,
      },
      losses,
      ...own,
    },
    workerSeconds: evaluator.seconds(prepared.request) + workerSeconds,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Trains every student in every setting by every loss, all side by side. */
async function trainStudents(
  lab: Lab,
  losses: readonly NamedLoss[],
  { confirm }: Halves,
) {
  const { cell: { config }, session: { evaluator } } = lab;
  const students = fidelityStudents(
    lab.forecast,
    distillationOptionsOf(config).students,
  );
  const rounds = lossTrials(config, losses).map((trial) => ({
    trial,
    round: roundOf(lab, trial, { students, validation: confirm }),
  }));
  const found = await runRounds(lab, rounds.map(({ round }) => round));
  const trained = students.map((student, i): LossStudent => {
    const { networkId, network, parameters, kind } = student;
    return {
      networkId,
      network,
      parameters,
      macs: countMacs(network),
      kind,
      scores: rounds.map(({ round, trial: { setting, loss } }) => {
        const { accuracy, failure } = found.get(round)![i]!;
        const { length, start } = setting;
        return {
          length,
          start,
          loss,
          ...(failure === undefined ? { accuracy } : {}),
        };
      }),
    };
  });
  const seconds = ({ requests }: Round) =>
    requests.reduce((sum, request) => sum + evaluator.seconds(request), 0);
  return {
    own: {
      part: "students",
      settings: settingsOf(config),
      students: trained.toSorted((a, b) => a.parameters - b.parameters),
    },
    workerSeconds: rounds.reduce((sum, { round }) => sum + seconds(round), 0),
    ...(trained.every(({ scores }) =>
        scores.every(({ accuracy }) => accuracy === undefined)
      )
      ? { failure: "every training failed" }
      : {}),
  } as const satisfies Found<unknown>;
}

async function searchAll(
  lab: Lab,
  losses: readonly NamedLoss[],
  half: Halves,
) {
  const { searches, workerSeconds } = await searchByLosses(lab, losses, half);
  return {
    own: { part: "searches", searches },
    workerSeconds,
    ...(searches.every(({ winner }) => winner === undefined)
      ? { failure: "no search found a student" }
      : {}),
  } as const satisfies Found<unknown>;
}
