import type { Network } from "../../network/mod.ts";
import { predictSeconds } from "../../search/mod.ts";
import {
  type ForecastOptions,
  makespan,
  type Part,
  preparationParts,
} from "../forecast/forecast.ts";
import { fidelityOptionsOf } from "./options.ts";
import { fidelityStudents } from "./students.ts";
import { type Trial, trialsOf } from "./trials.ts";

/**
 * How long a trial takes on all students.
 *
 * @param options What is known of run and machine.
 * @param trial The trial.
 * @param networks The students, in the order in which they are trained.
 */
export function foreseeTrial(
  { calibration, config, images: train, workers }: ForecastOptions,
  { name, spec: { images, epochs, observe } }: Trial,
  networks: readonly Network[],
): Part {
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const times = networks.map((network) =>
    predictSeconds(cost, network, {
      images: epochs * (images || train),
      // Statistics cost what predictions do.
      validation: observe + config.validation / 2,
    })
  );
  return {
    name,
    trainings: times.length,
    epochs: times.length * epochs,
    workerSeconds: times.reduce((sum, seconds) => sum + seconds, 0),
    wallSeconds: makespan(times, workers),
  };
}

/**
 * How long a cell takes: teacher, each proxy, the final trainings.
 *
 * @param options What is known of run and machine.
 * @throws {UsageError} If its options do not fit data or teacher.
 */
export function foreseeFidelity(options: ForecastOptions): readonly Part[] {
  const { config, images } = options;
  const { proxies, truth } = trialsOf(config, images);
  const { students } = fidelityOptionsOf(config);
  const networks = fidelityStudents(options, students)
    .map(({ network }) => network);
  return [
    ...preparationParts(options),
    ...[...proxies, truth].map((trial) =>
      foreseeTrial(options, trial, networks)
    ),
  ];
}
