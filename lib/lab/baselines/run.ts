/**
 * One baseline: its networks of all sizes, each trained to the end and tested once.
 *
 * @module
 */

import { countMacs, countParameters, networkId } from "../../network/mod.ts";
import {
  type Evaluation,
  type EvaluationRequest,
  startsFrom,
} from "../../search/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { finalRecipe } from "../options/recipes.ts";
import { registerWeights } from "../session/register_weights.ts";
import { testAccuracy } from "../teacher/test_accuracy.ts";
import type { BaselineContent, SizeContent } from "./content.ts";
import type { BaselineName } from "./designs.ts";
import { type BaselineStudent, baselineStudents } from "./students.ts";

type Lab = CellLab<CompressionConfig>;

/** What pruning keeps filters by, whatever the search's students do. */
const IMPORTANCE = "filterL1";

/**
 * Runs a baseline: the final training of a search's winner, on networks that
 * nobody searched for. Nothing is chosen: every size that was asked for is tested.
 * Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run; the cell's arm is the baseline's name.
 */
export async function runBaseline(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<BaselineContent>> {
  const { cell: { arm, config }, session, prepared, remaining } = lab;
  const students = baselineStudents(arm as BaselineName, {
    config,
    teacher: prepared.network,
  });
  const requests = requestsOf(lab, students);
  const evaluations = await trainAll(lab, requests);
  remaining.reach("final", 1, 0);
  const teacher = await testAccuracy(session, lab.subject.dataSet, {
    ...prepared.request,
    weights: prepared.weights,
  });
  const sizes: SizeContent[] = [];
  for (const [i, { asked, network }] of students.entries()) {
    const request = requests[i]!;
    const { losses, accuracy, failure } = evaluations[i]!;
    sizes.push({
      asked,
      ...sizeOf(network),
      epochs: losses.length,
      validation: accuracy,
      ...(failure === undefined
        ? {
          test: await testAccuracy(session, lab.subject.dataSet, {
            ...request,
            weights: session.evaluator.weights(request),
          }),
        }
        : { failure: `${failure.reason} at step ${failure.step}` }),
    });
  }
  remaining.reach("test", 1, 0);
  return {
    content: {
      identity: lab.identity,
      teacher: {
        ...sizeOf(prepared.network),
        validation: prepared.evaluation.accuracy,
        test: teacher,
      },
      start: requests.some(({ start }) => start !== undefined)
        ? "inherited"
        : "fresh",
      sizes,
    },
    workerSeconds: [prepared.request, ...requests].reduce(
      (sum, request) => sum + session.evaluator.seconds(request),
      0,
    ),
    ...(sizes.every(({ failure }) => failure !== undefined)
      ? { failure: "every final training failed" }
      : {}),
  };
}

function sizeOf(network: BaselineStudent["network"]) {
  return {
    network,
    networkId: networkId(network),
    parameters: countParameters(network),
    macs: countMacs(network),
  };
}

/** The profile's final recipe, on the data and the teacher's logits of the winners'. */
function requestsOf(
  { cell: { config }, session, prepared }: Lab,
  students: readonly BaselineStudent[],
): readonly EvaluationRequest[] {
  const startOf = startsFrom({
    importance: IMPORTANCE,
    observe: config.student.observe,
    register: registerWeights(session),
  }, { base: prepared.network, weights: prepared.weights });
  return students.map(({ network, origin }) => ({
    network,
    recipe: finalRecipe(config),
    data: prepared.finalData.id,
    seed: config.student.seed,
    engine: session.engine.name,
    ...(origin === undefined ? {} : { start: startOf({ network, origin }) }),
  }));
}

/** Trains all side by side, and shows how far they are. */
async function trainAll(
  { cell: { config: { final } }, session: { evaluator }, phase }: Lab,
  requests: readonly EvaluationRequest[],
): Promise<readonly Evaluation[]> {
  const shown = phase("final", {
    total: requests.length * final.epochs,
    unit: "epochs",
  });
  const isKnown = requests.map((request) => evaluator.seconds(request) > 0);
  const done = isKnown.map((known) => known ? final.epochs : 0);
  const show = () => {
    const all = done.reduce((sum, each) => sum + each, 0);
    if (all > 0) shown.reach(all);
  };
  // At once: those of an earlier command say nothing of the speed.
  show();
  shown.begin();
  return await Promise.all(requests.map(async (request, i) => {
    const evaluation = await evaluator.evaluate(request, {
      weights: true,
      checkpoints: true,
      purpose: ["final", networkId(request.network).slice(0, 8)],
      onEpoch(epochs) {
        done[i] = epochs;
        show();
      },
    });
    if (!isKnown[i]) {
      done[i] = final.epochs;
      show();
    }
    return evaluation;
  }));
}
