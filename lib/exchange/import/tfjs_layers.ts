/**
 * The layers that a `model.json` lists: of a Sequential or a functional model,
 * with keys as Keras or as TensorFlow.js writes them.
 *
 * @module
 */

import { damaged, unsupported } from "./errors.ts";

type Json = Readonly<Record<string, unknown>>;

/** A layer's configuration, read with words for what is missing. */
export class LayerConfig {
  /** Keras's class, for example "Conv2D". */
  readonly type: string;
  /** Its name, unlike the others'. */
  readonly name: string;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
  /** As it stands in the file. */
  readonly config: Json;

  /** Takes what a file says of a layer. */
  constructor(
    { type, name, inputs, config }: Pick<
      LayerConfig,
      "type" | "name" | "inputs" | "config"
    >,
  ) {
    this.type = type;
    this.name = name;
    this.inputs = inputs;
    this.config = config;
  }

  /** A word. */
  word(key: string, fallback: string): string {
    const value = this.config[key] ?? fallback;
    return typeof value === "string" ? value : this.#wrong(key, "a word");
  }

  /** A number. */
  number(key: string, fallback: number): number {
    const value = this.config[key] ?? fallback;
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : this.#wrong(key, "a number");
  }

  /** True or false. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.config[key] ?? fallback;
    return typeof value === "boolean"
      ? value
      : this.#wrong(key, "true or false");
  }

  /** Whole numbers. */
  list(key: string): readonly number[] {
    const value = this.config[key];
    return isIntegers(value) ? value : this.#wrong(key, "whole numbers");
  }

  /** An axis, which older files keep in a list of one. */
  axis(fallback: number): number {
    const value = [this.config.axis ?? fallback].flat();
    return isIntegers(value) && value.length === 1
      ? value[0]!
      : this.#wrong("axis", "one axis");
  }

  /** Two whole numbers, or one for both. */
  pair(
    key: string,
    fallback: number | readonly number[],
  ): readonly [number, number] {
    const given = [this.config[key] ?? fallback].flat();
    const [one, other = one] = isIntegers(given) ? given : [];
    if (one === undefined || other === undefined || given.length > 2) {
      return this.#wrong(key, "two whole numbers");
    }
    return [one, other];
  }

  /** `[[top, bottom], [left, right]]`, or less where sides are alike. */
  sides(
    key: string,
  ): readonly [readonly [number, number], readonly [number, number]] {
    const value = this.config[key] ?? 1;
    const [rows, columns] = Array.isArray(value) ? value : [value, value];
    const pair = (side: unknown): readonly [number, number] => {
      const list = [side].flat();
      return isIntegers(list) && list.length >= 1 && list.length <= 2
        ? [list[0]!, list[1] ?? list[0]!]
        : this.#wrong(key, "whole numbers for all sides");
    };
    return [pair(rows), pair(columns)];
  }

  #wrong(key: string, expected: string): never {
    damaged(
      `layer "${this.name}" (${this.type}) has ${key} ${
        shown(this.config[key])
      }, expected ${expected}`,
    );
  }
}

/** What a model consists of. */
export interface LayersModel {
  /** In the file's order. */
  readonly layers: readonly LayerConfig[];
  /** Its images: the layer's name, and sizes with the batch first. */
  readonly input: {
    readonly name: string;
    readonly shape: readonly (number | undefined)[];
  };
  /** Names of the layers that it gives. */
  readonly outputs: readonly string[];
}

/** Finds the layers in a `model.json`. */
export function layersOf(json: unknown): LayersModel {
  const { format, modelTopology } = object(json, "model.json");
  if (format === "graph-model") {
    unsupported(
      "it is a graph model of TensorFlow.js, expected a layers model; the same network as ONNX can be read",
    );
  }
  const topology = object(modelTopology, "modelTopology");
  const model = object(topology.model_config ?? topology, "model_config");
  const { class_name: type, config } = model;
  const inner = Array.isArray(config)
    ? config
    : object(config, "config").layers;
  if (!Array.isArray(inner)) damaged("it lists no layers");
  return type === "Sequential"
    ? sequential(inner)
    : functional(inner, object(config, "config"));
}

function sequential(list: readonly unknown[]): LayersModel {
  const layers: LayerConfig[] = [];
  let shape: LayersModel["input"]["shape"] | undefined;
  for (const entry of list) {
    const { class_name: type, config } = object(entry, "a layer");
    const settings = object(config, "a layer's config");
    shape ??= shapeOf(settings);
    if (type === "InputLayer") continue;
    layers.push(
      new LayerConfig({
        type: text(type, "class_name"),
        name: text(settings.name, "name"),
        inputs: [layers.at(-1)?.name ?? INPUT],
        config: settings,
      }),
    );
  }
  const last = layers.at(-1);
  if (shape === undefined || last === undefined) {
    damaged("it names no shape of its input, or no layers");
  }
  const input = new LayerConfig({
    type: "InputLayer",
    name: INPUT,
    inputs: [],
    config: {},
  });
  return {
    layers: [input, ...layers],
    input: { name: INPUT, shape },
    outputs: [last.name],
  };
}

/** Name of a sequential model's images. */
const INPUT = "images";

function functional(
  list: readonly unknown[],
  { input_layers, output_layers }: Json,
): LayersModel {
  const shapes = new Map<string, LayersModel["input"]["shape"]>();
  const layers = list.map((entry) => {
    const { class_name, config, name, inbound_nodes } = object(
      entry,
      "a layer",
    );
    const settings = object(config, "a layer's config");
    const own = text(name ?? settings.name, "name");
    const type = text(class_name, "class_name");
    if (type === "InputLayer") shapes.set(own, shapeOf(settings) ?? []);
    return new LayerConfig({
      type,
      name: own,
      inputs: inputsOf(inbound_nodes, own),
      config: settings,
    });
  });
  const inputs = namesIn(input_layers);
  const shape = shapes.get(inputs[0] ?? "");
  if (inputs.length !== 1 || shape === undefined) {
    unsupported(`it has ${inputs.length} inputs, expected images alone`);
  }
  return {
    layers,
    input: { name: inputs[0]!, shape },
    outputs: namesIn(output_layers),
  };
}

function inputsOf(nodes: unknown, name: string): readonly string[] {
  const calls = Array.isArray(nodes) ? nodes : [];
  if (calls.length > 1) {
    unsupported(`layer "${name}" is used ${calls.length} times, expected once`);
  }
  if (calls.length === 0) return [];
  const [call] = calls;
  return Array.isArray(call) ? namesIn(call) : tensorsIn(call, name);
}

/**
 * Names of the layers that Keras 3 has in a call's arguments: tensors, or lists of
 * them, each with a "keras_history".
 */
function tensorsIn(call: unknown, name: string): readonly string[] {
  const { args } = object(call, `the call of layer "${name}"`);
  const tensors = Array.isArray(args) ? args.flat() : [];
  return tensors.map((tensor) => {
    const { config } = object(tensor, `an argument of layer "${name}"`);
    const { keras_history: history } = object(
      config,
      `an argument of layer "${name}"`,
    );
    return text(
      Array.isArray(history) ? history[0] : history,
      "a layer's input",
    );
  });
}

/** Names in `[["name", 0, 0], …]` or, of a single one, `["name", 0, 0]`. */
function namesIn(list: unknown): readonly string[] {
  if (!Array.isArray(list)) damaged("it does not say which layers read which");
  const entries = typeof list[0] === "string" ? [list] : list;
  return entries.map((entry) =>
    text(Array.isArray(entry) ? entry[0] : entry, "a layer's input")
  );
}

function shapeOf(
  config: Json,
): LayersModel["input"]["shape"] | undefined {
  const shape = config.batch_input_shape ?? config.batchInputShape ??
    config.batch_shape;
  if (!Array.isArray(shape)) return undefined;
  return shape.map((size) =>
    Number.isSafeInteger(size) && size > 0 ? size as number : undefined
  );
}

function object(value: unknown, what: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Json;
  }
  damaged(`${what} is not there, expected a layers model of TensorFlow.js`);
}

function text(value: unknown, what: string): string {
  return typeof value === "string" && value !== ""
    ? value
    : damaged(`${what} is ${shown(value)}, expected a name`);
}

/** A value in a message; what is long or nested is named by its kind. */
function shown(value: unknown): string {
  if (typeof value === "string") return `"${value.slice(0, 100)}"`;
  return typeof value === "object" && value !== null
    ? "of another form"
    : String(value);
}

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}
