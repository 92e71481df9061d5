import {
  type Layer,
  type Network,
  parameterTable,
  type Shape,
} from "../../lib/network/mod.ts";

/** A feature map: values in channel-major order. */
interface FeatureMap {
  readonly shape: Shape;
  readonly values: readonly number[];
}

/**
 * Runs a network on one image in the plainest way, without any code of the
 * library but the parameters' order: the oracle for what a network computes.
 * Dropout passes everything on, batch norm uses running statistics.
 *
 * @param network A valid network.
 * @param image Values of one image, channel-major.
 * @param draw Gives the value of the next parameter, in the table's order.
 */
export function run(
  network: Network,
  image: readonly number[],
  draw: () => number,
): FeatureMap {
  const parameters = parameterTable(network)
    .map(({ size }) => Array.from({ length: size }, draw))
    .values();

  function next(): number[] {
    const result = parameters.next();
    if (result.done) throw new RangeError("Cannot run: parameters ran out");
    return result.value;
  }

  let map: FeatureMap = { shape: network.input, values: image };
  for (const block of network.blocks) {
    if (block.type === "concat") {
      const read = map;
      const parts = block.branches.map((layers) =>
        layers.reduce((m, l) => runLayer(l, m, next), read)
      );
      const [, height, width] = parts[0]!.shape;
      map = {
        shape: [
          parts.reduce((sum, { shape }) => sum + shape[0], 0),
          height,
          width,
        ],
        values: parts.flatMap(({ values }) => values),
      };
      continue;
    }
    if (block.type !== "residual") {
      map = runLayer(block, map, next);
      continue;
    }
    const start = map;
    const body = block.body.reduce((m, l) => runLayer(l, m, next), start);
    const shortcut = block.shortcut
      .reduce((m, l) => runLayer(l, m, next), start);
    if (block.body.length + block.shortcut.length === 0) continue;
    const values = shortcut.values.map((value, i) =>
      Math.max(0, block.body.length === 0 ? value : value + body.values[i]!)
    );
    map = { shape: shortcut.shape, values };
  }
  return map;
}

function runLayer(
  layer: Layer,
  map: FeatureMap,
  next: () => number[],
): FeatureMap {
  const [channels, height, width] = map.shape;
  switch (layer.type) {
    case "relu":
      return { ...map, values: map.values.map((x) => Math.max(0, x)) };
    case "dropout":
      return map;
    case "batchNorm": {
      const [scale, shift, mean, variance] = [next(), next(), next(), next()];
      const values = map.values.map((x, i) => {
        const c = Math.floor(i / (height * width));
        const deviation = Math.sqrt(variance[c]! ** 2 + 1e-5);
        return scale[c]! * (x - mean[c]!) / deviation + shift[c]!;
      });
      return { ...map, values };
    }
    case "linear": {
      const weight = next();
      const bias = layer.bias ? next() : [];
      const values = Array.from(
        { length: layer.outFeatures },
        (_, o) =>
          map.values.reduce(
            (sum, x, i) => sum + x * weight[o * map.values.length + i]!,
            bias[o] ?? 0,
          ),
      );
      return { shape: [layer.outFeatures, 1, 1], values };
    }
    case "conv": {
      const weight = next();
      const bias = layer.bias ? next() : [];
      const area = layer.kernel ** 2;
      const outputs = Array.from(
        { length: layer.outChannels },
        (_, o) =>
          slide(map, layer, (windows) =>
            windows.flat().reduce(
              (sum, x, i) => sum + x * weight[o * channels * area + i]!,
              bias[o] ?? 0,
            ), 0),
      );
      return join(outputs);
    }
    case "maxPool":
      return join(
        perChannel(map).map((one) =>
          slide(one, layer, ([window]) => Math.max(...window!), -Infinity)
        ),
      );
    case "padChannels": {
      const zeros = (count: number) => Array(count * height * width).fill(0);
      const { before, after } = layer;
      return {
        shape: [before + channels + after, height, width],
        values: [...zeros(before), ...map.values, ...zeros(after)],
      };
    }
    case "avgPool": {
      if (layer.kernel === "global") {
        const values = perChannel(map).map(({ values }) => mean(values));
        return { shape: [channels, 1, 1], values };
      }
      const window = { kernel: layer.kernel, stride: layer.stride, padding: 0 };
      return join(
        perChannel(map).map((one) => slide(one, window, ([w]) => mean(w!), 0)),
      );
    }
  }
}

/** One output channel: a function of the window's values, `[channels][kernel^2]`. */
function slide(
  { shape: [channels, height, width], values }: FeatureMap,
  window: { kernel: number; stride: number; padding: number },
  reduce: (windows: number[][]) => number,
  outside: number,
): FeatureMap {
  const { kernel, stride, padding } = window;
  const rows: number[][] = [];
  for (let y = -padding; y + kernel <= height + padding; y += stride) {
    const row: number[] = [];
    for (let x = -padding; x + kernel <= width + padding; x += stride) {
      const windows = Array.from(
        { length: channels },
        (_, c) =>
          Array.from({ length: kernel ** 2 }, (_, i) => {
            const dy = y + Math.floor(i / kernel);
            const dx = x + i % kernel;
            const inside = dy >= 0 && dy < height && dx >= 0 && dx < width;
            return inside ? values[(c * height + dy) * width + dx]! : outside;
          }),
      );
      row.push(reduce(windows));
    }
    rows.push(row);
  }
  return { shape: [1, rows.length, rows[0]!.length], values: rows.flat() };
}

function perChannel({ shape: [channels, height, width], values }: FeatureMap) {
  return Array.from({ length: channels }, (_, c): FeatureMap => ({
    shape: [1, height, width],
    values: values.slice(c * height * width, (c + 1) * height * width),
  }));
}

function join(maps: readonly FeatureMap[]): FeatureMap {
  const [, height, width] = maps[0]!.shape;
  return {
    shape: [maps.length, height, width],
    values: maps.flatMap((map) => map.values),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
