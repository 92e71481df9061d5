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
  const order = ["onednn", "onnx-cpu", "tfjs-node", "onnx-wasm", "tfjs"];
  // Only who asks for a GPU gets it.
  assert.deepEqual(
    [...order, "tfjs-node-gpu"].toSorted(),
    engineNames().toSorted(),
  );
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
  const [onnx, onednn, wasm, , , tfjs] = survey;
  assert.deepEqual(onnx, {
    name: "onnx-cpu",
    available: true,
    engine: "onnx-cpu",
  });
  assert.deepEqual(wasm, {
    name: "onnx-wasm",
    available: true,
    engine: "onnx-wasm",
  });
  assert.deepEqual(tfjs, { name: "tfjs", available: true, engine: "tfjs" });
  assert.equal(onednn!.name, "onednn");
  assert.equal(onednn!.available, false);
  assert.ok(onednn!.reason!.includes(`"${NOWHERE}" is not a library`));
  assert.match(onednn!.remedy!, /correct or unset N2N_ONEDNN_LIBRARY/);
  assert.match(onednn!.remedy!, /deno task setup:onednn/);
  assert.equal(fastest, "onnx-cpu");
  assert.deepEqual(passedOver.map(({ engine }) => engine), ["onednn"]);
  assert.equal(passedOver[0]!.reason, onednn!.reason);
  assert.equal(passedOver[0]!.exitCode, 2);
});

Deno.test("openFastestEngine() takes the portable engine when native libraries are not allowed", async () => {
  const { survey, fastest, passedOver } = await surveyWith({
    flags: ["--deny-ffi"],
  });
  assert.deepEqual(survey.map(({ available }) => available), [
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
  const [onnx, onednn] = survey;
  assert.match(onnx!.reason!, /native library cannot be loaded on \S+ \S+ \(/);
  assert.match(onnx!.reason!, /Requires ffi access/);
  assert.match(onnx!.remedy!, /deno install.*--allow-ffi/);
  assert.match(onednn!.reason!, /Requires ffi access/);
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
