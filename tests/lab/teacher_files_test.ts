import assert from "node:assert/strict";
import { DataError } from "../../lib/data/mod.ts";
import {
  findTeacher,
  findTrained,
  recordedTeacher,
  recordedTeachers,
} from "../../lib/lab/teacher/files.ts";
import {
  type TeacherContent,
  type TeacherIdentity,
  teacherPath,
  teacherRecord,
  weightsPath,
} from "../../lib/lab/teacher/record.ts";
import { recipeOf } from "../../lib/lab/teacher/recipes.ts";
import {
  renderTeachers,
  renderTeacherTable,
} from "../../lib/lab/teacher/table.ts";
import { writeTeacher } from "../../lib/lab/teacher/write.ts";
import { canonical, parameterTable, vgg } from "../../lib/network/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { createRecord, recordText } from "../../lib/report/mod.ts";
import { encodeTensors, encodeWeights } from "../../lib/training/mod.ts";
import { heard } from "./_heard.ts";
import { killEverywhere } from "./_kill.ts";

const NAME = "mnist-vgg13-w0.03";
const ENGINE = { name: "a", version: "1", instructionSet: "x" };
const IDENTITY: TeacherIdentity = {
  data: {
    name: "mnist",
    digest: { train: "1".repeat(64), test: "2".repeat(64) },
    validation: 100,
    images: 0,
  },
  name: "vgg13",
  network: vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.03 }),
  recipe: recipeOf({ dataset: "mnist", network: "vgg13", width: 0.25 }),
  seed: 1,
};

/** Weights of an identity's network, that a text tells apart from others. */
function weightsOf(
  text: string,
  { network }: Pick<TeacherIdentity, "network"> = IDENTITY,
  value = 0.5,
): Uint8Array {
  const weights = Object.fromEntries(
    parameterTable(canonical(network)).map(({ name, size }, i) => [
      name,
      new Float32Array(size).fill(i === 3 ? value : 0.5),
    ]),
  );
  return encodeWeights(canonical(network), weights, { text });
}

/** A teacher whose weights are what its identity and engine make them. */
function madeUp(
  own: Partial<TeacherIdentity> = {},
  engine = ENGINE,
): { readonly content: TeacherContent; readonly weights: Uint8Array } {
  const identity = { ...IDENTITY, ...own };
  const weights = weightsOf(JSON.stringify([identity, engine]), identity);
  return {
    weights,
    content: {
      identity,
      engine,
      parameters: 1,
      macs: 1,
      evaluation: {
        networkId: "1".repeat(64),
        accuracy: 0.5,
        losses: [1],
        steps: 1,
      },
      test: 0.5,
      weights: sha256Hex(weights),
    },
  };
}

const A = madeUp();
const OTHERS = {
  recipe: madeUp({ recipe: { ...IDENTITY.recipe, epochs: 7 } }),
  seed: madeUp({ seed: 2 }),
  data: madeUp({
    data: {
      ...IDENTITY.data,
      digest: { train: "3".repeat(64), test: "4".repeat(64) },
    },
  }),
  network: madeUp({
    network: vgg({ depth: 13, input: [1, 28, 28], classes: 9, width: 0.03 }),
  }),
  engine: madeUp({}, { ...ENGINE, instructionSet: "y" }),
};
type MadeUp = typeof A;

function write(results: string, { content, weights }: MadeUp): Promise<void> {
  return writeTeacher(results, {
    record: teacherRecord(NAME, content),
    weights,
    environment: { of: content.weights },
  });
}

async function inFolder(run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(results: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${results}/teachers`));
  return entries.map(({ name }) => name).sort();
}

const TAG = teacherRecord(NAME, A.content).digest.slice(0, 8);

for (const [part, other] of Object.entries(OTHERS)) {
  Deno.test(`writeTeacher() sets a teacher of another ${part} aside, where it is still found`, async () => {
    await inFolder(async (results) => {
      assert.equal(await heard(() => write(results, A)), "");
      const said = await heard(() => write(results, other));
      assert.equal(
        said,
        `Set aside: the ${NAME} that was there, of another ${part}, is now ${NAME}.${TAG}\n`,
      );
      assert.deepEqual(
        await namesIn(results),
        [
          `${NAME}.${TAG}.environment.json`,
          `${NAME}.${TAG}.json`,
          `${NAME}.${TAG}.safetensors`,
          `${NAME}.environment.json`,
          `${NAME}.json`,
          `${NAME}.safetensors`,
        ].sort(),
      );
      for (const { content, weights } of [A, other]) {
        const { identity, engine } = content;
        const trained = await findTrained(results, identity, engine);
        assert.equal(trained?.deterministic.weights, content.weights);
        if (part === "engine") continue;
        const found = await findTeacher(results, identity);
        assert.deepEqual(found?.weights, weights);
      }
      // Of two engines the one that has the name goes first.
      const asked = await findTeacher(results, other.content.identity);
      assert.equal(asked?.record.profile, NAME);
    });
  });
}

Deno.test("writeTeacher() goes to and fro between two teachers of one name, and loses neither", async () => {
  await inFolder(async (results) => {
    const B = OTHERS.recipe;
    await heard(async () => {
      for (const teacher of [A, B, A, B]) await write(results, teacher);
    });
    const records = await recordedTeachers(results);
    const tagB = teacherRecord(NAME, B.content).digest.slice(0, 8);
    assert.deepEqual(
      records.map(({ profile }) => profile),
      [NAME, ...[TAG, tagB].sort().map((tag) => `${NAME}.${tag}`)],
    );
    for (const { content, weights } of [A, B]) {
      const found = await findTeacher(results, content.identity);
      assert.deepEqual(found?.weights, weights);
    }
  });
});

Deno.test("writeTeacher() replaces the same teacher, whatever form its network was in", async () => {
  await inFolder(async (results) => {
    await write(results, A);
    // As records were written before: the network as it was built.
    const name = { question: "teachers", profile: NAME };
    const old = createRecord(name, A.content);
    const path = `${results}/${teacherPath(NAME)}`;
    await Deno.writeTextFile(path, recordText(old));
    const found = await findTeacher(results, A.content.identity);
    assert.equal(found?.record.digest, old.digest);
    assert.equal(await heard(() => write(results, A)), "");
    assert.equal((await namesIn(results)).length, 3);
    const record = await recordedTeacher(results, NAME);
    assert.notEqual(record?.digest, old.digest);
  });
});

Deno.test("writeTeacher() keeps the files of a record that cannot be read", async () => {
  await inFolder(async (results) => {
    await write(results, A);
    await Deno.writeTextFile(`${results}/${teacherPath(NAME)}`, "{");
    const said = await heard(() => write(results, OTHERS.seed));
    assert.match(said, /^Set aside: .* as \.corrupt-<n>\. .* is not JSON/);
    const aside = `${results}/${weightsPath(NAME)}.corrupt-1`;
    assert.deepEqual(await Deno.readFile(aside), A.weights);
    const [record] = await recordedTeachers(results);
    assert.equal(record?.deterministic.identity.seed, 2);
  });
});

Deno.test("writeTeacher() keeps the earlier teacher when killed anywhere, and ends as if it never was", async () => {
  const B = OTHERS.seed;
  const kills = await killEverywhere({
    prepare: (results) => write(results, A),
    work: async (results) => void await heard(() => write(results, B)),
    async check(results) {
      // Every record that is listed has its weights.
      const records = await recordedTeachers(results);
      for (const { profile, deterministic } of records) {
        const path = `${results}/${weightsPath(profile)}`;
        const digest = sha256Hex(await Deno.readFile(path));
        assert.equal(digest, deterministic.weights, profile);
      }
      const found = await findTeacher(results, A.content.identity);
      assert.deepEqual(found?.weights, A.weights);

      await heard(() => write(results, B));
      for (const { content, weights } of [A, B]) {
        const after = await findTeacher(results, content.identity);
        assert.deepEqual(after?.weights, weights);
      }
      const names = await namesIn(results);
      assert.equal(names.filter((name) => !name.startsWith(".")).length, 6);
    },
  });
  // Three copies, three removals, three new files.
  assert.equal(kills, 9);
});

Deno.test("recordedTeachers() passes over what is no teacher, with a word if it is not hidden", async () => {
  await inFolder(async (results) => {
    await write(results, A);
    const folder = `${results}/teachers`;
    const foreign = createRecord({ question: "rq1", profile: "foreign" }, {});
    const hollow = createRecord({ question: "teachers", profile: "hollow" }, {
      ...A.content,
      identity: { ...IDENTITY, network: { blocks: [] } },
    });
    const { evaluation: _, ...unmeasured } = A.content;
    const silent = createRecord(
      { question: "teachers", profile: "silent" },
      unmeasured,
    );
    const strangers = {
      ".mnist.json.1.tmp.json": "{",
      "broken.json": "{",
      "foreign.json": recordText(foreign),
      "hollow.json": recordText(hollow),
      "package.json": '{"name": "x"}',
      "silent.json": recordText(silent),
    };
    for (const [name, text] of Object.entries(strangers)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await Deno.mkdir(`${folder}/folder.json`);
    const said = await heard(async () => {
      const records = await recordedTeachers(results);
      assert.deepEqual(records.map(({ profile }) => profile), [NAME]);
      // Once is enough.
      const found = await findTeacher(results, A.content.identity);
      assert.deepEqual(found?.weights, A.weights);
    });
    const told = said.matchAll(
      /^Passed over ".*\/(.*)", which is no teacher: /gm,
    );
    assert.deepEqual(Array.from(told, ([, name]) => name), [
      "broken.json",
      "foreign.json",
      "hollow.json",
      "package.json",
      "silent.json",
    ]);
    // Asked for by its name, it is judged.
    await assert.rejects(
      recordedTeacher(results, "foreign"),
      /"teachers\/foreign\.json" holds the record of "rq1\/foreign\.json", expected its own/,
    );
    await assert.rejects(
      recordedTeacher(results, "hollow"),
      /expected a network that can run/,
    );
  });
});

Deno.test("findTeacher() refuses weights that are not the record's, findTrained() has none then", async () => {
  await inFolder(async (results) => {
    await write(results, A);
    const { identity, engine } = A.content;
    await Deno.writeTextFile(`${results}/${weightsPath(NAME)}`, "other");
    await assert.rejects(findTeacher(results, identity), DataError);
    assert.equal(await findTrained(results, identity, engine), undefined);
    // Those of others do not matter.
    const { content } = OTHERS.seed;
    assert.equal(await findTeacher(results, content.identity), undefined);
  });
});

Deno.test("findTeacher() refuses weights that its network cannot use, though the record vouches for them", async () => {
  const [first] = parameterTable(canonical(IDENTITY.network));
  const tensors = (names: readonly string[]) =>
    encodeTensors({
      tensors: Object.fromEntries(
        names.map((name) => [name, { shape: [1], data: new Float32Array(1) }]),
      ),
      metadata: {},
    });
  const nan = weightsOf("", IDENTITY, NaN);
  const infinite = weightsOf("", IDENTITY, -Infinity);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new TextEncoder().encode("none"), /there are no weights \(Cannot read/],
    [nan, /"\S+" holds NaN, expected finite numbers, in ".*\.safetensors"/],
    [infinite, /"\S+" holds -Infinity, expected finite numbers/],
    [tensors([]), /"\S+" is missing, expected the shape \[/],
    [tensors([first!.name]), /"\S+" is \[1\], expected the shape \[\d,1,3,3\]/],
    [
      weightsOf("", OTHERS.network.content.identity),
      /expected the shape \[10(,\d+)?\], in/,
    ],
  ];
  for (const [weights, message] of cases) {
    await inFolder(async (results) => {
      const content = { ...A.content, weights: sha256Hex(weights) };
      await write(results, { content, weights });
      await assert.rejects(findTeacher(results, content.identity), {
        name: "DataError",
        message,
      });
    });
  }
});

Deno.test("teacherRecord() holds the network whose names the weights have", () => {
  const { network } = teacherRecord(NAME, A.content).deterministic.identity;
  const names = (table: ReturnType<typeof parameterTable>) =>
    table.map(({ name }) => name);
  const written = names(parameterTable(canonical(IDENTITY.network)));
  assert.deepEqual(names(parameterTable(network)), written);
  // VGG-13 as it is built has a pool of one pixel, which moves its last layer.
  assert.notDeepEqual(names(parameterTable(IDENTITY.network)), written);
});

Deno.test("renderTeachers() explains the names of teachers that were set aside", async () => {
  await inFolder(async (results) => {
    await write(results, A);
    const alone = renderTeachers(await recordedTeachers(results));
    assert.doesNotMatch(alone, /set aside/);
    await heard(() => write(results, OTHERS.seed));
    const records = await recordedTeachers(results);
    const page = renderTeachers(records);
    assert(page.startsWith(renderTeacherTable(records)));
    assert.match(page, new RegExp(`^\\| ${NAME}\\.${TAG} +\\|`, "m"));
    assert.match(page, /a teacher that\nwas set aside/);
  });
});
