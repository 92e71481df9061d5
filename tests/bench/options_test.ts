import assert from "node:assert/strict";
import { joinLists, parseBench } from "../../bench/options.ts";
import { pythonNames } from "../../bench/contenders/pytorch.ts";
import { checkParameters } from "../../bench/contenders/contender.ts";
import { HelpRequest, UsageError } from "../../lib/cli/mod.ts";

Deno.test("parseBench() measures everything when nothing is said", () => {
  const options = parseBench([]);
  assert.deepEqual(options.only, [
    "engines",
    "step",
    "search",
    "memory",
    "winograd",
    "queue",
  ]);
  assert.equal(options.networks.length, 6);
  assert.equal(options.pytorch, true);
  assert.equal(options.results, "results");
});

Deno.test("parseBench() takes lists with commas and lists of flags", () => {
  const options = parseBench([
    ...["--only", "step,memory", "--only=winograd"],
    ...["--networks", "cnn", "--rounds", "2", "--no-pytorch"],
  ]);
  assert.deepEqual(options.only, ["step", "memory", "winograd"]);
  assert.deepEqual(options.networks, ["cnn"]);
  assert.equal(options.rounds, 2);
  assert.equal(options.pytorch, false);
});

Deno.test("parseBench() tells what was expected when a name is wrong", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ["--only", "steps"],
      /--only steps.*step, search, memory, winograd or queue/s,
    ],
    [["--networks", "vgg"], /--networks vgg.*resnet18-64/s],
    [["--engines", "cuda"], /--engines cuda.*onednn/s],
    [["--rounds", "0"], /--rounds 0.*>= 1/s],
    [["--only"], /--only: a value is missing/],
    [["--network", "cnn"], /unknown option "--network".*--networks/s],
    [["--results", "deno.json"], /--results "deno.json": expected a folder/],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => parseBench(args), (error) => {
      assert.ok(error instanceof UsageError, args.join(" "));
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("parseBench() shows sections and networks when asked for help", () => {
  assert.throws(() => parseBench(["--help"]), (error) => {
    assert.ok(error instanceof HelpRequest);
    assert.match(error.message, /winograd/);
    assert.match(error.message, /stage2/);
    return true;
  });
});

Deno.test("joinLists() leaves everything else as it was typed", () => {
  const args = ["--rounds", "3", "x", "--only", "--results=a=b"];
  assert.deepEqual(joinLists(args), args);
});

Deno.test("pythonNames() looks at the named ones first, each once", () => {
  assert.deepEqual(pythonNames(undefined), ["python3", "/usr/bin/python3"]);
  assert.deepEqual(pythonNames(""), ["python3", "/usr/bin/python3"]);
  if (Deno.build.os === "windows") return;
  assert.deepEqual(pythonNames("/a/python:python3:/b/python"), [
    "/a/python",
    "python3",
    "/b/python",
    "/usr/bin/python3",
  ]);
});

Deno.test("checkParameters() refuses when two sides train different networks", () => {
  checkParameters("PyTorch", "cnn", [70_618, 70_618]);
  assert.throws(
    () => checkParameters("PyTorch", "cnn", [70_620, 70_618]),
    /parameters of PyTorch are 70620, expected 70618/,
  );
});
