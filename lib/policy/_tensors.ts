import * as tf from "@tensorflow/tfjs";
import type { AdamTensors } from "./_adam.ts";
import { onCpu, readValues } from "./_cpu.ts";
import type { Parameters, ParameterSpec } from "./_network.ts";

/** The groups of {@link AdamTensors}, in the order of a state's names. */
export const GROUPS = ["parameters", "firstMoment", "secondMoment"] as const;

/**
 * Tensors that outlive the scope they are made in.
 *
 * @param specs Names and shapes.
 * @param arrays By `group/name`, copied; a missing one stands for zeros.
 */
export function toTensors(
  specs: readonly ParameterSpec[],
  arrays: Readonly<Record<string, Float32Array>>,
): AdamTensors {
  return onCpu(() => {
    const [parameters, firstMoment, secondMoment] = GROUPS.map((group) =>
      Object.fromEntries(specs.map(({ name, shape }) => {
        const values = arrays[`${group}/${name}`];
        // A tensor keeps the array it is given, so it gets one of its own.
        const tensor = values === undefined
          ? tf.zeros([...shape])
          : tf.tensor(values.slice(), [...shape]);
        return [name, tf.keep(tensor)];
      }))
    ) as [Parameters, Parameters, Parameters];
    return { parameters, firstMoment, secondMoment };
  });
}

/** Copies of all values by `group/name`. */
export function toArrays(tensors: AdamTensors): Record<string, Float32Array> {
  return Object.fromEntries(
    GROUPS.flatMap((group) =>
      Object.entries(tensors[group]).map(([name, tensor]) => [
        `${group}/${name}`,
        readValues(tensor),
      ])
    ),
  );
}

/** Lets the tensors outlive the scope they were made in. */
export function keepTensors(tensors: AdamTensors): void {
  for (const tensor of all(tensors)) tf.keep(tensor);
}

/** Frees the tensors. */
export function disposeTensors(tensors: AdamTensors): void {
  for (const tensor of all(tensors)) tensor.dispose();
}

function all(tensors: AdamTensors): tf.Tensor[] {
  return GROUPS.flatMap((group) => Object.values(tensors[group]));
}
