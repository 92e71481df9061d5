import { predictSeconds } from "../../search/mod.ts";
import {
  type ForecastOptions,
  makespan,
  type Part,
  preparationParts,
} from "../forecast/forecast.ts";
import { fidelityStudents } from "./students.ts";
import { type Trial, trialsOf } from "./trials.ts";

/**
 * How long a cell takes: teacher, each proxy, the final trainings.
 *
 * @param options What is known of run and machine.
 * @throws {UsageError} If its options do not fit data or teacher.
 */
export function foreseeFidelity(options: ForecastOptions): readonly Part[] {
  const { calibration, config, images: train, workers } = options;
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const { proxies, truth } = trialsOf(config, train);
  const networks = fidelityStudents(options).map(({ network }) => network);
  const part = ({ name, spec }: Trial): Part => {
    const { images, epochs, observe } = spec;
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
  };
  return [
    ...preparationParts(options),
    ...proxies.map(part),
    part(truth),
  ];
}
