import assert from "node:assert/strict";
import { EXPERIMENTS } from "../../experiments/all.ts";
import {
  PROJECT_RESULTS,
  readTeacher,
  renderQuestion,
  verifyResults,
} from "../../lib/lab/mod.ts";
import { environmentText, readRecord } from "../../lib/report/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import {
  type Content,
  type TestResults,
  withoutDigests,
  withResults,
} from "./_results.ts";

/** A profile with a search, two baselines, policies and students' weights. */
const SMOKE = ["rq1/smoke", "rq1/smoke.json", "rq1/smoke.md"];
const CELL = "rq1/smoke/mnist-vgg13-w0.125-reinforce-s1";
const TEACHER = "teachers/mnist-vgg13-w0.25";
const { report } = EXPERIMENTS.find(({ report }) => report.question === "rq1")!;

/** What a folder is apart from the index of all results, which is not copied. */
async function flawsOf({ flaws }: TestResults) {
  return (await flaws()).filter(({ path }) => path !== "README.md");
}

Deno.test("verifyResults() finds nothing wrong with the committed results", async () => {
  const { flaws, code, checks, traces } = await verifyResults({
    results: PROJECT_RESULTS,
    experiments: EXPERIMENTS,
  });
  assert.deepEqual(flaws, []);
  assert.equal(code, 0);
  const count = new Map(checks.map(({ check, count }) => [check, count]));
  assert.ok(count.get("records")! >= 50);
  assert.ok(count.get("arithmetic")! >= 30_000);
  assert.ok(count.get("teachers")! >= 8);
  assert.ok(count.get("students")! >= 2);
  assert.ok(count.get("policies")! >= 22);
  assert.ok(count.get("paper")! >= 136);
  const table = traces.find(({ path }) => path === "rq1/smoke.md");
  assert.equal(table?.records.length, 3);
  assert.match(table!.records[0]!, /^rq1\/smoke\/\S+ [0-9a-f]{16}$/);
});

const search = (content: Content) => content.stages[0];
const student = (content: Content) =>
  search(content).records.flatMap((each: Content) => each.proposals)
    .find((each: Content) => each.networkId !== undefined);

/** Numbers that follow from others: each is changed alone, the digest with it. */
const LIES: Readonly<Record<string, (content: Content) => unknown>> = {
  "teacher.parameters": (content) => content.teacher.parameters++,
  "teacher.test": (content) => content.teacher.test += 0.00005,
  "referenceAccuracy": (content) => content.referenceAccuracy -= 0.0003,
  "studentForwards": (content) => content.studentForwards++,
  "teacherForwards": (content) => content.teacherForwards--,
  "stages[0].records: whether the search went on until its end": (content) =>
    search(content).records.pop(),
  "stages[0].finals: which candidates": (content) => {
    const { finals, records } = search(content);
    const other = records.flatMap((each: Content) => each.proposals)
      .find(({ networkId }: Content) =>
        networkId !== undefined && networkId !== finals[0].networkId
      );
    finals[0].networkId = other.networkId;
  },
  "stages[0].bits": (content) => search(content).bits += 1,
  "stages[0].winner.macs": (content) => search(content).winner.macs++,
  "stages[0].winner.validation": (content) =>
    search(content).winner.validation -= 0.002,
  "stages[0].winner.test": (content) => search(content).winner.test += 0.00001,
  "stages[0].ledger": (content) => search(content).ledger.trained++,
  "stages[0].finals[0].reward": (content) =>
    search(content).finals[0].reward += 1e-9,
  "stages[0].finals[0].epochs": (content) => search(content).finals[0].epochs++,
  ".reward": (content) => student(content).reward += 1e-9,
  ".compression": (content) => student(content).compression += 1e-9,
  // It is another one's reward then.
  "stages[0].records[0].proposals[0].reward": (content) =>
    student(content).accuracy += 0.0001,
  ".parameters": (content) => student(content).parameters++,
  ".networkId": (content) => student(content).networkId = "0".repeat(64),
  ".repeated": (content) => student(content).repeated = true,
};

for (const [path, lie] of Object.entries(LIES)) {
  Deno.test(`verifyResults() tells that ${path} does not follow from the rest of a record`, async () => {
    await withResults(SMOKE, async (results) => {
      await results.resign(`${CELL}.json`, (content) => {
        lie(content);
      });
      const flaws = await results.flaws(`${CELL}.json`);
      const [flaw] = flaws.filter(({ check }) => check === "arithmetic");
      assert.equal(flaw?.kind, "different");
      assert.ok(flaw.message.includes(path), flaw.message);
      assert.doesNotMatch(flaw.message, /\n/);
    });
  });
}

/** Records of the right digest that hold what none holds. */
const MALFORMED: Readonly<Record<string, (content: Content) => Content>> = {
  "is null": () => null,
  "is a number": () => 2 ** 63,
  "is a list": () => [],
  "is empty": () => ({}),
  "is a text": () => "x",
  "has no identity": ({ identity: _, ...content }) => content,
  "has no teacher": ({ teacher: _, ...content }) => content,
  "has a teacher of no network": (content) => (
    content.teacher.network = { input: [1, 28, 28], blocks: [{}] }, content
  ),
  "has a network that cannot run": (content) => (
    content.teacher.network.input = [1, 1, 1], content
  ),
  "has a network beyond counting": (content) => (
    content.teacher.network.blocks[0].outChannels = 1e300, content
  ),
  "has stages that are no list": (content) => (content.stages = {}, content),
  "has a stage without records": (content) => (
    delete content.stages[0].records, content
  ),
  "has a stage of no kind": (content) => (
    content.stages[0].kind = "toString", content
  ),
  "has a proposal of texts": (content) => (
    content.stages[0].records[0].proposals = ["x"], content
  ),
  "has proposals that are neither rejected nor students": (content) => (
    content.stages[0].records[0].proposals = [{ actions: [1], reward: 0 }],
      content
  ),
  "has too few actions": (content) => (
    content.stages[0].records[0].proposals[0].actions.pop(), content
  ),
  "has decisions on leaves that there are not": (content) => (
    content.stages[0].decisions = [{ leaves: [1e6] }], content
  ),
  "has an accuracy above 1": (content) => (content.teacher.test = 1.5, content),
  "has an accuracy that is a text": (content) => (
    content.teacher.test = "0.9", content
  ),
  "has no options": (content) => (content.identity.config = {}, content),
  "has options of another type": (content) => (
    content.identity.config.width = "wide", content
  ),
  "has an engine of no name": (content) => (
    content.identity.engine = {}, content
  ),
  "has a digest of data that is none": (content) => (
    content.identity.data.digest.test = "../../../etc", content
  ),
  "has a key of a prototype": (content) => (
    Object.defineProperty(content, "__proto__", {
      value: { x: 1 },
      enumerable: true,
    }), content
  ),
  "has a field more": (content) => (content.more = 1, content),
};

Deno.test("every reader refuses a record whose digest is right and whose content is not", async (t) => {
  await withResults([...SMOKE], async (results) => {
    const path = `${CELL}.json`;
    const whole = await Deno.readTextFile(`${results.results}/${path}`);
    const beside = `${results.results}/${CELL}.environment.json`;
    const environment = await Deno.readTextFile(beside);
    for (const [what, change] of Object.entries(MALFORMED)) {
      await t.step(`that ${what}`, async () => {
        await Deno.writeTextFile(`${results.results}/${path}`, whole);
        await Deno.writeTextFile(beside, environment);
        await results.resign(path, change);
        await assert.rejects(
          renderQuestion(results.results, report),
          (error) => {
            assert.ok(error instanceof Error);
            assert.equal((error as { exitCode?: number }).exitCode, 5);
            assert.match(error.message, /^Cannot read a record: [^\n]+$/);
            return true;
          },
        );
        const [flaw] = await results.flaws(path);
        assert.equal(flaw?.kind, "damaged");
        assert.match(flaw.message, /^Cannot read a record: [^\n]+$/);
      });
    }
  });
});

Deno.test("verifyResults() refuses files that are no records, in one line each", async (t) => {
  const files: Readonly<Record<string, (text: string) => string>> = {
    "no JSON": () => "{",
    "empty": () => "",
    "half": (text) => text.slice(0, text.length / 2),
    "another format": (text) => text.replace('"format": 1', '"format": 2'),
    "a number beyond numbers": (text) =>
      text.replace(/"test": [\d.]+/, '"test": 1e999'),
    "the question toString": (text) =>
      text.replace('"question": "rq1"', '"question": "toString"'),
    "a name that leads elsewhere": (text) =>
      text.replace('"profile": "smoke"', '"profile": "../../x"'),
    "nested deeply": () => "[".repeat(200_000) + "]".repeat(200_000),
    "nested deeply in its place": (text) =>
      text.replace(
        /"deterministic": \{/,
        `"deterministic": {"x": ${"[".repeat(50_000)}${"]".repeat(50_000)},`,
      ),
    "something behind its end": (text) => `${text}\n`,
    "a digit that changes no bits": (text) =>
      text.replace(/"test": ([\d.]+)/, '"test": $10'),
  };
  await withResults(SMOKE, async (results) => {
    const path = `${CELL}.json`;
    const whole = await Deno.readTextFile(`${results.results}/${path}`);
    for (const [what, change] of Object.entries(files)) {
      await t.step(what, async () => {
        assert.notEqual(change(whole), whole);
        await Deno.writeTextFile(`${results.results}/${path}`, change(whole));
        const [flaw] = await results.flaws(path);
        assert.equal(flaw?.kind, "damaged");
        assert.match(flaw.message, /^Cannot (read|trust) [^\n]+$/);
        assert.equal(await results.code(), 5);
      });
    }
  });
});

Deno.test("verifyResults() finds pages without record, records without page, and files of neither", async () => {
  await withResults(SMOKE, async (results) => {
    assert.deepEqual(await flawsOf(results), []);
    const folder = `${results.results}/rq1`;
    await Deno.writeTextFile(`${folder}/smoke/hand.md`, "typed");
    await Deno.writeTextFile(`${folder}/smoke/hand-keep.svg`, "drawn");
    await Deno.writeTextFile(`${folder}/notes.txt`, "");
    await Deno.mkdir(`${results.results}/rq9`);
    await Deno.writeTextFile(`${results.results}/rq9/smoke.md`, "");
    await Deno.writeTextFile(`${folder}/.hidden`, "");
    // What deno task report writes is made of records, and is none.
    await Deno.writeTextFile(`${results.results}/rq1.html`, "");
    await Deno.writeTextFile(`${folder}/page.html`, "");
    await Deno.remove(`${results.results}/${CELL}.md`);
    await Deno.remove(`${results.results}/${CELL}-layers.svg`);
    const flaws = await flawsOf(results);
    assert.deepEqual(
      flaws.map(({ check, path, kind }) => [check, path, kind]).sort(),
      [
        ["pages", `${CELL}-layers.svg`, "different"],
        ["pages", `${CELL}.md`, "different"],
        ["strays", "rq1/notes.txt", "different"],
        ["strays", "rq1/page.html", "different"],
        ["strays", "rq1/smoke/hand-keep.svg", "different"],
        ["strays", "rq1/smoke/hand.md", "different"],
        ["strays", "rq9/smoke.md", "different"],
      ],
    );
    await Deno.remove(`${results.results}/${CELL}.json`);
    const table = await results.flaws("rq1/smoke.md");
    assert.ok(table.some(({ path }) => path === "rq1/smoke.md"));
  });
});

Deno.test("verifyResults() finds a record that its index leaves out, or declares twice", async () => {
  await withResults(SMOKE, async ({ edit, flaws }) => {
    const index = "rq1/smoke.json";
    const spell = (cells: readonly unknown[]) =>
      `${JSON.stringify({ format: 1, cells }, undefined, 2)}\n`;
    let all: readonly unknown[] = [];
    await edit(index, (text) => spell((all = JSON.parse(text).cells).slice(1)));
    const [missing] = await flaws(index);
    assert.equal(missing?.kind, "damaged");
    assert.match(missing.message, /of a cell that its index does not declare/);
    await edit(index, () => spell([...all, all[0]]));
    const [twice] = await flaws(index);
    assert.match(twice!.message, /declares "\S+" twice, expected once/);
  });
});

Deno.test("verifyResults() finds weights and policies that are not their records'", async (t) => {
  const flip = async (file: string, place: number) => {
    const bytes = await Deno.readFile(file);
    const at = place < 0 ? bytes.length + place : place;
    bytes[at]! ^= 0x40;
    await Deno.writeFile(file, bytes);
  };
  const teacher = [".json", ".environment.json", ".safetensors"]
    .map((end) => TEACHER + end);
  await t.step("a flipped bit of a teacher", async () => {
    await withResults(teacher, async ({ results, flaws }) => {
      await flip(`${results}/${TEACHER}.safetensors`, -5);
      const [flaw] = await flaws(`${TEACHER}.safetensors`);
      assert.equal(flaw?.check, "teachers");
      assert.match(
        flaw.message,
        /the SHA-256 of ".*" is [0-9a-f]{64}, expected/,
      );
    });
  });
  await t.step("a teacher that is not a number, signed anew", async () => {
    await withResults(teacher, async ({ results, resign, flaws }) => {
      const file = `${results}/${TEACHER}.safetensors`;
      const bytes = await Deno.readFile(file);
      new DataView(bytes.buffer).setFloat32(bytes.length - 4, NaN, true);
      await Deno.writeFile(file, bytes);
      await resign(`${TEACHER}.json`, (content) => {
        content.weights = sha256Hex(bytes);
      });
      const [flaw] = await flaws(`${TEACHER}.json`);
      assert.match(flaw!.message, /holds NaN, expected finite numbers/);
    });
  });
  await t.step("a teacher without weights", async () => {
    await withResults(teacher, async ({ results, flaws }) => {
      await Deno.remove(`${results}/${TEACHER}.safetensors`);
      const [flaw] = await flaws(`${TEACHER}.json`);
      assert.match(flaw!.message, /is missing, expected [0-9a-f]{64}/);
    });
  });
  await t.step(
    "a student of another record, and one of another shape",
    async () => {
      await withResults(SMOKE, async ({ results, edit, flaws }) => {
        await edit(`${CELL}.environment.json`, withoutDigests);
        const [one, two] = ["removal", "shrinkage"].map((kind) =>
          `${CELL}.${kind}.safetensors`
        );
        await Deno.copyFile(`${results}/${one}`, `${results}/${two}`);
        const [flaw] = await flaws(two);
        assert.equal(flaw?.check, "students");
        assert.match(flaw.message, /expected the shape|networkId is/);
        await flip(`${results}/${one}`, 3);
        const told = await flaws(one);
        assert.match(told[0]!.message, /there are no weights/);
      });
    },
  );
  await t.step(
    "a policy with another bit, and one that is missing",
    async () => {
      await withResults(SMOKE, async ({ results, edit, flaws }) => {
        await edit(`${CELL}.environment.json`, withoutDigests);
        const policy = `${CELL}.removal.policy`;
        await flip(`${results}/${policy}`, -1);
        const [flaw] = await flaws(policy);
        assert.equal(flaw?.check, "policies");
        assert.match(flaw.message, /its digest is [0-9a-f]{64}, expected/);
        await Deno.remove(`${results}/${policy}`);
        const [missing] = await flaws(`${CELL}.json`);
        assert.match(missing!.message, /is missing, expected the policy/);
      });
    },
  );
});

Deno.test("verifyResults() holds what a run noted of its machine and its files against these", async () => {
  await withResults(SMOKE, async ({ results, edit, flaws }) => {
    const [record, beside] = [`${CELL}.json`, `${CELL}.environment.json`];
    const weights = `${CELL}.removal.safetensors`;
    const bytes = await Deno.readFile(`${results}/${weights}`);
    const text = await Deno.readTextFile(`${results}/${record}`);
    // As a run writes it today: with digests.
    await edit(beside, (before) =>
      environmentText(readRecord(text, record), {
        ...JSON.parse(before).environment,
        artefacts: { ".removal.safetensors": sha256Hex(bytes) },
      }));
    assert.deepEqual(await flaws(record), []);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(`${results}/${weights}`, bytes);
    const [flaw] = await flaws(weights);
    assert.match(flaw!.message, /its SHA-256 is [0-9a-f]{64}, expected/);
    await Deno.remove(`${results}/${weights}`);
    const [missing] = await flaws(record);
    assert.match(missing!.message, /is missing, expected the weights that/);
    await edit(beside, (text) => text.replace(/"cores": \d+/, '"cores": 999'));
    const [changed] = await flaws(beside);
    assert.equal(changed?.check, "environments");
    assert.match(changed.message, /^Cannot read an environment: the digest of/);
  });
});

Deno.test("verifyResults() verifies records that were set aside, with their pages", async () => {
  await withResults(SMOKE, async ({ results, flaws, edit }) => {
    const text = await Deno.readTextFile(`${results}/${CELL}.json`);
    const tag = readRecord(text, `${CELL}.json`).digest.slice(0, 8);
    const folder = CELL.slice(0, CELL.lastIndexOf("/"));
    const name = CELL.slice(folder.length + 1);
    for await (const entry of Deno.readDir(`${results}/${folder}`)) {
      if (!entry.name.startsWith(name)) continue;
      const rest = entry.name.slice(name.length);
      await Deno.copyFile(
        `${results}/${CELL}${rest}`,
        `${results}/${CELL}.${tag}${rest}`,
      );
    }
    const own = (await flaws()).filter(({ path }) => path !== "README.md");
    assert.deepEqual(own, []);
    await edit(`${CELL}.${tag}.md`, (text) => text.replace(/\d\./, "x."));
    const [flaw] = await flaws(`${CELL}.${tag}.md`);
    assert.equal(flaw?.path, `${CELL}.${tag}.md`);
    await edit(`${CELL}.${tag}.json`, (text) => text.replace(/0\.9/, "0.8"));
    const [damaged] = await flaws(`${CELL}.${tag}.json`);
    assert.equal(damaged?.kind, "damaged");
  });
});

Deno.test("records of all forms that were released are read, or refused in words", async (t) => {
  const read = (name: string) =>
    Deno.readTextFile(new URL(`released/${name}`, import.meta.url));
  await t.step("a teacher's, as it was first", async () => {
    const path = "teachers/cifar10-resnet18-w0.25.json";
    const { deterministic } = readTeacher(
      await read("teacher-first.json"),
      path,
    );
    assert.equal(deterministic.identity.recipe.epochs, 18);
  });
  const refused = [
    ["rq1-before-cells.json", "rq1/laptop.json"],
    [
      "rq1-before-views.json",
      "rq1/laptop/cifar10-resnet18-w0.25-reinforce-s1.json",
    ],
  ] as const;
  for (const [name, path] of refused) {
    await t.step(name, async () => {
      await withResults(SMOKE, async ({ results, flaws }) => {
        await Deno.mkdir(`${results}/rq1/laptop`, { recursive: true });
        await Deno.writeTextFile(`${results}/${path}`, await read(name));
        const [, cell] = /laptop\/(.+)\.json$/.exec(path) ?? [];
        if (cell !== undefined) {
          await Deno.writeTextFile(
            `${results}/rq1/laptop.json`,
            JSON.stringify({ format: 1, cells: [{ name: cell }] }),
          );
        }
        await Deno.writeTextFile(`${results}/rq1/laptop.md`, "");
        const flaw = (await flaws()).find((each) => each.path === path);
        assert.equal(flaw?.kind, "damaged");
        assert.match(
          flaw.message,
          /^Cannot read (a record: .* does not hold what a record of its question holds|the index of a profile: .* is not of the expected form) \([^\n]+$/,
        );
      });
    });
  }
});
