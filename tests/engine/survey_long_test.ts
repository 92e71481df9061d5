import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  engineNames,
  EngineUnavailableError,
  openFastestEngine,
  surveyEngines,
} from "../../lib/engine/mod.ts";

/** No such file; it could only be there by an accident. */
const NOWHERE = "/nonexistent/n2n/libdnnl.so.2";

/** What a process of its own finds. */
interface Found {
  readonly survey: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly engine?: string;
    readonly reason?: string;
    readonly remedy?: string;
  }[];
  readonly fastest: string;
  readonly passedOver: readonly {
    readonly engine: string;
    readonly reason: string;
    readonly remedy: string;
    readonly exitCode: number;
  }[];
}

async function surveyWith(
  { flags = [], env = {} }: {
    readonly flags?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<Found> {
  const script = new URL("./survey_script.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--no-check",
      ...flags,
      fileURLToPath(script),
    ],
    env,
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

function statusIn(survey: Found["survey"], name: string) {
  const status = survey.find((status) => status.name === name);
  assert.ok(status !== undefined, name);
  return status;
}

Deno.test("surveyEngines() gives one entry an engine when it looks here", async () => {
  const survey = await surveyEngines();
  assert.deepEqual(survey.map(({ name }) => name), engineNames());
  for (const status of survey) {
    if (status.available) assert.equal(status.engine.name, status.name);
    else assert.match(`${status.reason}|${status.remedy}`, /\S\|\S/);
  }
});

Deno.test("openFastestEngine() opens the first of the fixed order that is available", async () => {
  const survey = await surveyEngines();
  const isThere = (name: string) =>
    survey.find((status) => status.name === name)!.available;
  const order = [
    "onednn",
    "onnx-cpu",
    "tfjs-node",
    "onnx-wasm",
    "tfjs-wasm",
    "tfjs",
  ];
  // Graphics processors are chosen by name alone.
  const others = ["onnx-webgpu", "onnx-cuda", "tfjs-node-gpu"];
  assert.deepEqual([...order, ...others].toSorted(), engineNames().toSorted());
  const first = order.findIndex(isThere);
  const { engine, passedOver } = await openFastestEngine();
  assert.equal(engine.name, order[first]);
  assert.deepEqual(
    passedOver.map((error) => error.engine),
    order.slice(0, first),
  );
});

Deno.test("surveyEngines() says why and how to get it when oneDNN's library is missing", async () => {
  const { survey, fastest, passedOver } = await surveyWith({
    env: { N2N_ONEDNN_LIBRARY: NOWHERE },
  });
  for (const name of ["onnx-cpu", "onnx-wasm", "tfjs-wasm", "tfjs"]) {
    const status = statusIn(survey, name);
    assert.deepEqual(status, { name, available: true, engine: name });
  }
  const onednn = statusIn(survey, "onednn");
  assert.equal(onednn.available, false);
  assert.ok(onednn.reason!.includes(`"${NOWHERE}" is not a library`));
  assert.match(onednn.remedy!, /correct or unset N2N_ONEDNN_LIBRARY/);
  assert.match(onednn.remedy!, /deno task setup:onednn/);
  assert.equal(fastest, "onnx-cpu");
  assert.deepEqual(passedOver.map(({ engine }) => engine), ["onednn"]);
  assert.equal(passedOver[0]!.reason, onednn.reason);
  assert.equal(passedOver[0]!.exitCode, 2);
});

Deno.test("openFastestEngine() takes the portable engine when native libraries are not allowed", async () => {
  const { survey, fastest, passedOver } = await surveyWith({
    flags: ["--deny-ffi"],
  });
  for (const name of ["onnx-cpu", "onednn", "onnx-cuda"]) {
    const { available, reason } = statusIn(survey, name);
    assert.equal(available, false);
    assert.match(reason!, /Requires ffi access/);
  }
  for (const name of ["tfjs-node", "tfjs-node-gpu"]) {
    assert.equal(statusIn(survey, name).available, false);
  }
  for (const name of ["onnx-wasm", "tfjs-wasm", "tfjs"]) {
    assert.equal(statusIn(survey, name).available, true);
  }
  const onnx = statusIn(survey, "onnx-cpu");
  assert.match(onnx.reason!, /native library cannot be loaded on \S+ \S+ \(/);
  assert.match(onnx.remedy!, /deno install.*--allow-ffi/);
  assert.equal(fastest, "onnx-wasm");
  assert.deepEqual(passedOver.map(({ engine }) => engine), [
    "onednn",
    "onnx-cpu",
    "tfjs-node",
  ]);
});

Deno.test("EngineUnavailableError tells what, why and how to get it when it is printed", () => {
  const cause = new Error("cause");
  const error = new EngineUnavailableError(
    { engine: "warp", reason: "there is no drive", remedy: "build one" },
    { cause },
  );
  assert.equal(
    error.message,
    'Cannot open the engine "warp": there is no drive; to get it: build one',
  );
  assert.equal(error.cause, cause);
  assert.equal(error.exitCode, 2);
  assert.equal(error.name, "EngineUnavailableError");
});
