import assert from "node:assert/strict";
import {
  buildNetwork,
  countParameters,
  NETWORK_NAMES,
  shapes,
} from "../../lib/network/mod.ts";

Deno.test("buildNetwork() builds the authors' models by name", () => {
  const options = { input: [3, 32, 32] as const, classes: 10 };
  const counts = NETWORK_NAMES.map((name) => [
    name,
    countParameters(buildNetwork(name, options)),
  ]);
  // As in build_test.ts, where they are derived.
  assert.deepEqual(Object.fromEntries(counts), {
    vgg11: 9_231_114,
    vgg13: 9_416_010,
    vgg16: 14_728_266,
    vgg19: 20_040_522,
    resnet18: 11_173_962,
    resnet34: 21_282_122,
    resnet50: 23_520_842,
    "resnet18-imagenet": 11_181_642,
    "resnet34-imagenet": 21_289_802,
    "resnet50-imagenet": 23_528_522,
    lenet5: 62_006,
    squeezenet: 727_626,
    fitnet4: 1_211_466,
    vggsmall: 1_055_683,
  });
  for (const name of NETWORK_NAMES) {
    const network = buildNetwork(name, { ...options, classes: 7, width: 0.1 });
    assert.deepEqual(shapes(network).output, [7, 1, 1]);
  }
});

Deno.test("buildNetwork() lists the names when there is no such network", () => {
  for (const name of ["vgg12", "toString"]) {
    assert.throws(
      () => buildNetwork(name as "vgg13", { input: [3, 32, 32], classes: 10 }),
      (error: Error) =>
        error.name === "RangeError" && error.message.includes(`"${name}"`) &&
        NETWORK_NAMES.every((known) => error.message.includes(known)),
    );
  }
});
