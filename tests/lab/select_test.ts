import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { command, experiment } from "../../experiments/rq1_compression.ts";
import { parseCommand, UsageError } from "../../lib/cli/mod.ts";
import { selectCells, type Selection } from "../../lib/lab/cells/select.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

/** Two subjects, with options above those of the profile. */
const PROFILE = `
width: 0.25
final: { epochs: 4 }
subjects:
  - dataset: mnist
    network: vgg13
    final: { epochs: 8 }
  - dataset: cifar10
    network: resnet18
    width: 0.5
`;

/** What a command line asks of a made-up profile "laptop". */
async function select(
  args: readonly string[] = [],
  { profile = PROFILE, more }: {
    readonly profile?: string;
    /** A file for --config. */
    readonly more?: string;
  } = {},
): Promise<Selection> {
  let selection: Selection;
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/rq1.laptop.yaml`, profile);
    await Deno.writeTextFile(`${folder}/more.yaml`, more ?? "{}");
    const flags = more === undefined ? [] : ["--config", `${folder}/more.yaml`];
    const own = { ...command, profiles: pathToFileURL(`${folder}/`) };
    const invocation = parseCommand(own, [...flags, ...args]);
    selection = selectCells(invocation, experiment.arms);
  });
  return selection!;
}

const names = (cells: Selection["declared"]) => cells.map(({ name }) => name);

const MNIST = "mnist-vgg13-w0.25-reinforce-s1";
const CIFAR = "cifar10-resnet18-w0.5-reinforce-s1";

Deno.test("selectCells() declares subject by subject, seed by seed, arm by arm", async () => {
  const { declared, chosen, profile } = await select([
    ...["--seeds", "2", "--seed", "3", "--compare", "random,evolution"],
  ]);
  assert.deepEqual(names(declared), [
    "mnist-vgg13-w0.25-reinforce-s3",
    "mnist-vgg13-w0.25-random-s3",
    "mnist-vgg13-w0.25-evolution-s3",
    "mnist-vgg13-w0.25-reinforce-s4",
    "mnist-vgg13-w0.25-random-s4",
    "mnist-vgg13-w0.25-evolution-s4",
    "cifar10-resnet18-w0.5-reinforce-s3",
    "cifar10-resnet18-w0.5-random-s3",
    "cifar10-resnet18-w0.5-evolution-s3",
    "cifar10-resnet18-w0.5-reinforce-s4",
    "cifar10-resnet18-w0.5-random-s4",
    "cifar10-resnet18-w0.5-evolution-s4",
  ]);
  assert.deepEqual(chosen, declared);
  assert.equal(profile, "laptop");
  for (const { name, arm, seed, config, isNamed } of declared) {
    assert(name.endsWith(`-${arm}-s${seed}`), name);
    assert.equal(config.search, arm);
    assert.equal(isNamed, false);
    // The subject's own options win over the profile's.
    assert.equal(config.final.epochs, config.dataset === "mnist" ? 8 : 4);
    for (const key of ["subjects", "arms", "seeds", "cells", "compare"]) {
      assert(!(key in config), key);
    }
  }
});

Deno.test("selectCells() gives a subject its own number of seeds, and flags win", async () => {
  const profile = PROFILE.replace(
    "dataset: mnist",
    "dataset: mnist\n    seeds: 3",
  );
  const mnist = [1, 2, 3].map((seed) => MNIST.replace("s1", `s${seed}`));
  const { declared, profile: name } = await select([], { profile });
  assert.deepEqual(names(declared), [...mnist, CIFAR]);
  assert.equal(name, "laptop");
  const flags = await select(["--seeds", "1"], { profile });
  assert.deepEqual(names(flags.declared), [MNIST, CIFAR]);
});

Deno.test("selectCells() lets flags and --config win over the profile's subjects", async () => {
  const flags = await select(["--final.epochs", "2", "--width", "1"]);
  assert.deepEqual(
    flags.declared.map(({ config }) => [config.width, config.final.epochs]),
    [[1, 2], [1, 2]],
  );
  const file = await select([], { more: "width: 1\nfinal: { epochs: 2 }\n" });
  assert.deepEqual(
    file.declared.map(({ config }) => [config.width, config.final.epochs]),
    [[1, 2], [1, 2]],
  );
  const own = await select([], {
    more: "width: 1\nsubjects: [{ dataset: mnist, width: 2 }, {}]\n",
  });
  assert.deepEqual(
    own.declared.map(({ config }) => [config.width, config.final.epochs]),
    [[2, 4], [1, 4]],
  );
});

Deno.test("selectCells() picks the profile's subjects of a data set or network", async () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["--dataset", "cifar10"], [CIFAR]],
    [["--network", "vgg13"], [MNIST]],
    [["--dataset", "mnist", "--network", "vgg13"], [MNIST]],
  ];
  for (const [args, expected] of cases) {
    const { declared, profile } = await select(args);
    assert.deepEqual(names(declared), expected);
    assert.equal(profile, "laptop");
    assert.equal(declared[0]!.isNamed, args.includes("--dataset"));
  }
  const [cell] = (await select(["--dataset", "mnist"])).declared;
  assert.equal(cell!.config.final.epochs, 8);
});

Deno.test("selectCells() takes the profile's own options for a pair that it does not list", async () => {
  for (
    const [dataset, network] of [["svhn", "vgg11"], ["mnist", "resnet18"]]
  ) {
    const { declared, profile } = await select([
      ...["--dataset", dataset!, "--network", network!],
    ]);
    assert.deepEqual(
      names(declared),
      [`${dataset}-${network}-w0.25-reinforce-s1`],
    );
    assert.equal(declared[0]!.config.final.epochs, 4);
    assert.equal(profile, "laptop");
  }
});

Deno.test("selectCells() compares subjects without a data set or network with the profile's", async () => {
  const profile = "network: vgg11\nsubjects: [{ width: 2 }, { width: 3 }]\n";
  const listed = await select(["--dataset", "mnist"], { profile });
  assert.deepEqual(names(listed.declared), [
    "mnist-vgg11-w2-reinforce-s1",
    "mnist-vgg11-w3-reinforce-s1",
  ]);
  const bare = await select([], { profile: "width: 0.5\n" });
  assert.deepEqual(names(bare.declared), ["mnist-vgg13-w0.5-reinforce-s1"]);
});

Deno.test("selectCells() lets the options of an arm win over flags", async () => {
  const { declared, profile } = await select([
    ...["--dataset", "mnist", "--search", "random"],
    ...["--compare", "annealing,random"],
  ]);
  // The one of --search goes first, and no arm is there twice.
  assert.deepEqual(
    declared.map(({ arm, config }) => [arm, config.search]),
    [["random", "random"], ["annealing", "annealing"]],
  );
  assert.equal(profile, "laptop");
});

Deno.test("selectCells() declares baselines with the profile's own search, whatever is searched by", async () => {
  const profile = `${PROFILE}compare: [pruning]\n`;
  const pruning = async (
    args: readonly string[],
    files: Parameters<typeof select>[1] = { profile },
  ) => {
    const { declared, profile: name } = await select(args, files);
    assert.equal(name, "laptop");
    return declared.find(({ arm }) => arm === "pruning")!.config;
  };
  const whole = await pruning([]);
  assert.equal(whole.search, "reinforce");
  assert.deepEqual(await pruning(["--search", "random"]), whole);
  const more = "search: random\n";
  assert.deepEqual(await pruning([], { profile, more }), whole);
  const own = await pruning(["--search", "random"], {
    profile: `${profile}search: annealing\n`,
  });
  assert.equal(own.search, "annealing");
  const { declared } = await select(["--search", "random"], { profile });
  assert.deepEqual(
    declared.map(({ arm, config: { search } }) => [arm, search]).slice(0, 2),
    [["random", "random"], ["pruning", "reinforce"]],
  );
});

Deno.test("selectCells() keeps the arms of --arms only, and knows no others", async () => {
  const compare = ["--dataset", "mnist", "--compare", "random,evolution"];
  const { declared, profile } = await select([
    ...compare,
    ...["--arms", "evolution,reinforce"],
  ]);
  assert.deepEqual(declared.map(({ arm }) => arm), ["reinforce", "evolution"]);
  assert.equal(profile, "laptop");
  await assert.rejects(
    select([...compare, "--arms", "random,annealing"]),
    (error) => {
      assert(error instanceof UsageError);
      assert.equal(error.exitCode, 2);
      assert.equal(
        error.message,
        '--arms "annealing": expected some of reinforce, random, evolution',
      );
      return true;
    },
  );
});

Deno.test("selectCells() knows the arms that one of the subjects compares", async () => {
  const profile = PROFILE.replace(
    "dataset: mnist",
    "dataset: mnist\n    compare: [random]",
  );
  const random = MNIST.replace("reinforce", "random");
  assert.deepEqual(
    names((await select([], { profile })).declared),
    [MNIST, random, CIFAR],
  );
  const asked = await select(["--arms", "random"], { profile });
  assert.deepEqual(names(asked.declared), [random]);
});

Deno.test("selectCells() runs the cells that match --cells, and declares all", async () => {
  const seeds = ["--seeds", "3"];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [MNIST, [MNIST]],
    ["cifar10", ["s1", "s2", "s3"].map((seed) => CIFAR.replace("s1", seed))],
    ["mnist*s2", [MNIST.replace("s1", "s2")]],
    [
      "mnist*s3, cifar10*s1",
      [MNIST.replace("s1", "s3"), CIFAR],
    ],
    // A dot is no wildcard.
    ["w0.5-reinforce-s1", [CIFAR]],
  ];
  for (const [pattern, expected] of cases) {
    const { declared, chosen, profile } = await select([
      ...seeds,
      ...["--cells", pattern],
    ]);
    assert.deepEqual(names(chosen), expected);
    assert.equal(declared.length, 6);
    assert.equal(profile, "laptop");
  }
  for (const pattern of ["w0x5", "w0?25", ",", "mnist*cifar10"]) {
    await assert.rejects(select(["--cells", pattern]), (error) => {
      assert(error instanceof UsageError);
      assert.equal(
        error.message,
        `--cells "${pattern}": expected a part of one of ${MNIST}, ${CIFAR}`,
      );
      return true;
    });
  }
});

Deno.test("selectCells() has a folder of its own for other options than the profile's", async () => {
  const profileOf = async (
    args: readonly string[],
    more?: string,
  ): Promise<string> =>
    (await select(args, more === undefined ? {} : { more })).profile;
  const epochs = await profileOf(["--final.epochs", "2"]);
  assert.match(epochs, /^laptop\+[0-9a-f]{8}$/);
  // However they are said, and in whatever order; another value is another folder.
  assert.equal(await profileOf([], "final: { epochs: 2 }\n"), epochs);
  const two = ["--final.epochs", "2", "--images", "10"];
  assert.equal(
    await profileOf(two),
    await profileOf([...two.slice(2), ...two.slice(0, 2)]),
  );
  const others = [
    epochs,
    await profileOf(["--final.epochs", "3"]),
    await profileOf(two),
    await profileOf(["--data.seed", "2"]),
    await profileOf(["--teacher.seed", "2"]),
    await profileOf(["--method", "best"]),
    await profileOf([], "subjects: [{ width: 1 }]\n"),
  ];
  assert.equal(new Set(others).size, others.length);
});

Deno.test("selectCells() stays in the profile's folder when options name cells, or change no result", async () => {
  const cases: readonly (readonly string[])[] = [
    ["--dataset", "cifar10"],
    ["--network", "vgg13"],
    ["--width", "2"],
    ["--seed", "7", "--seeds", "2"],
    ["--arms", "reinforce"],
    ["--cells", "mnist"],
    ["--search", "evolution"],
    ["--compare", "random"],
    ["--teacher.retrain"],
    ["--workers", "1", "--engine", "tfjs", "--data", "/x"],
  ];
  for (const args of cases) {
    const { profile } = await select(args);
    assert.equal(profile, "laptop", args.join(" "));
  }
});

Deno.test("selectCells() takes another strategy for a variation where arms are not strategies", async () => {
  const { command, experiment } = await import(
    "../../experiments/rq2_scalability.ts"
  );
  const profileOf = (args: readonly string[]) =>
    selectCells(parseCommand(command, args), experiment.arms).profile;
  assert.equal(profileOf([]), "laptop");
  assert.equal(profileOf(["--arms", "joint"]), "laptop");
  assert.match(profileOf(["--search", "random"]), /^laptop\+[0-9a-f]{8}$/);
});

Deno.test("selectCells() tells what is wrong with a subject, and which it is", async () => {
  const profile = "subjects: [{ width: 1 }, { widht: 2 }]\n";
  await assert.rejects(
    select([], { profile }),
    /^UsageError: subjects\[1\]: unknown key "widht"; did you mean "width"\?/,
  );
});

Deno.test("selectCells() refuses two subjects of one name, unless flags make them the same", async () => {
  const profile = "subjects: [{ images: 10 }, { images: 20 }]\n";
  await assert.rejects(
    select([], { profile }),
    /^UsageError: subjects: two are named mnist-vgg13-w1-reinforce-s1, expected/,
  );
  const { declared } = await select(["--images", "30"], { profile });
  assert.deepEqual(names(declared), ["mnist-vgg13-w1-reinforce-s1"]);
});

Deno.test("selectCells() takes of a network's widths the one that is named, and the first subject for another", async () => {
  const profile = [
    "width: 0.5",
    "subjects:",
    "  - { dataset: mnist, network: vgg13, images: 10 }",
    "  - { dataset: mnist, network: vgg13, width: 0.25, images: 20 }",
    "  - { dataset: cifar10, network: vgg13, images: 30 }",
  ].join("\n");
  const images = async (...args: readonly string[]) =>
    (await select(args, { profile })).declared
      .map(({ config }) => [config.width, config.images]);
  assert.deepEqual(await images(), [[0.5, 10], [0.25, 20], [0.5, 30]]);
  assert.deepEqual(await images("--width", "0.25"), [[0.25, 20], [0.25, 30]]);
  assert.deepEqual(await images("--width", "0.5"), [[0.5, 10], [0.5, 30]]);
  assert.deepEqual(await images("--width", "1"), [[1, 10], [1, 30]]);
  // A file has no width: it is run as the first.
  const file = ["--teacher", "a.onnx", "--dataset", "mnist"];
  assert.deepEqual(await images(...file), [[1, 10]]);
});

Deno.test("selectCells() takes a teacher's file for the network, wherever it lies", async () => {
  const ask = (file: string) =>
    select(["--teacher", file, "--dataset", "cifar10"]);
  const { declared, profile } = await ask("here/resnet56.onnx");
  assert.deepEqual(names(declared), ["cifar10-resnet56-reinforce-s1"]);
  const [{ config }] = declared as [Selection["declared"][number]];
  assert.equal(config.network, "file:resnet56");
  // The profile's subject is another network's, twice as narrow.
  assert.equal(config.width, 1);
  assert.equal(config.teacher.source?.file, "here/resnet56.onnx");
  assert.match(profile, /^laptop\+[0-9a-f]{8}$/);
  assert.equal((await ask("/elsewhere/resnet56.onnx")).profile, profile);
  assert.notEqual((await ask("here/resnet20.onnx")).profile, profile);
  // Of TensorFlow.js's models the folder has the name.
  const model = await ask("birds/model.json");
  assert.deepEqual(names(model.declared), ["cifar10-birds-reinforce-s1"]);
  await assert.rejects(
    select(["--teacher", "a.onnx"]),
    /^UsageError: --teacher "a\.onnx": expected --dataset too/,
  );
});
