/**
 * One subject: all proxies and the final training on all of its students.
 *
 * @module
 */

import { countMacs, countParameters } from "../../network/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { type FidelityContent, fidelityContent } from "./content.ts";
import { halves } from "./halves.ts";
import { fidelityOptionsOf } from "./options.ts";
import { imagePasses } from "./proxy_spec.ts";
import { type Round, roundOf, runRounds, scoreAgain } from "./rounds.ts";
import { fidelityStudents } from "./students.ts";
import type { StudentScore } from "./student_score.ts";
import { trialsOf } from "./trials.ts";

/**
 * Scores a subject's students by every proxy and by their final training. All
 * trainings wait for the workers side by side, those of the cheapest proxy first.
 * Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 */
export async function runFidelity(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<FidelityContent>> {
  const { cell: { config }, session: { evaluator }, prepared } = lab;
  const train = prepared.finalData.train.length;
  const { proxies, truth } = trialsOf(config, train);
  const students = fidelityStudents(
    lab.forecast,
    fidelityOptionsOf(config).students,
  );
  const { scoring, confirm } = halves(prepared, config.data.seed);
  const images = {
    train,
    scoring: scoring.length,
    confirm: confirm.length,
  };
  const rounds = proxies.map((trial) =>
    roundOf(lab, trial, { students, validation: scoring })
  );
  const last = roundOf(lab, truth, { students, validation: confirm });
  const ordered = rounds.toSorted((a, b) =>
    imagePasses(a.trial.spec, images) - imagePasses(b.trial.spec, images)
  );
  const found = await runRounds(lab, [...ordered, last], { keep: last });
  const truths = found.get(last)!;
  const again = await scoreAgain(lab, last, {
    evaluations: truths,
    validation: scoring,
  });
  const scores = students.map((student, i): StudentScore => {
    const { networkId, network, parameters, kind } = student;
    return {
      networkId,
      network,
      parameters,
      macs: countMacs(network),
      kind,
      truth: truths[i]!.accuracy,
      truthOnScoring: again[i]!.accuracy,
      scores: Object.fromEntries(rounds.map((round) => [
        round.trial.name,
        { accuracy: found.get(round)![i]!.accuracy },
      ])),
    };
  });
  const seconds = ({ requests }: Round) =>
    requests.reduce((sum, request) => sum + evaluator.seconds(request), 0);
  return {
    content: fidelityContent({
      identity: lab.identity,
      teacher: {
        network: prepared.network,
        parameters: countParameters(prepared.network),
        macs: countMacs(prepared.network),
        validation: prepared.evaluation.accuracy,
      },
      images,
      truth: truth.spec,
      proxies: proxies.map(({ spec }) => spec),
      students: scores.toSorted((a, b) => a.parameters - b.parameters),
    }),
    workerSeconds: evaluator.seconds(prepared.request) +
      [...rounds, last].reduce((sum, round) => sum + seconds(round), 0) +
      again.reduce((sum, { seconds }) => sum + seconds, 0),
    details: Object.fromEntries(
      rounds.map((round) => [
        round.trial.name,
        seconds(round) / students.length,
      ]),
    ),
    ...(truths.every(({ failure }) => failure !== undefined)
      ? { failure: "every final training failed" }
      : {}),
  };
}
