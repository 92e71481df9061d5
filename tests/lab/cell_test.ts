import assert from "node:assert/strict";
import { cellName, matchesCell } from "../../lib/lab/cells/cell.ts";
import { recordPath } from "../../lib/report/mod.ts";

/** The name of a cell on a data set. */
function nameOf(dataset: string, size?: number, width = 0.25): string {
  return cellName({
    config: { dataset, size, network: "resnet18", width },
    arm: "reinforce",
    seed: 12,
  });
}

Deno.test("cellName() tells subject, arm and seed", () => {
  assert.equal(nameOf("mnist"), "mnist-resnet18-w0.25-reinforce-s12");
  assert.equal(
    nameOf("caltech256", 64, 2),
    "caltech256-64px-resnet18-w2-reinforce-s12",
  );
  assert.equal(
    nameOf("folder:/somewhere/birds", 32),
    "folder-birds-32px-resnet18-w0.25-reinforce-s12",
  );
});

Deno.test("cellName() is a safe name of a file for any folder, and another one for each", () => {
  const folders = [
    "birds",
    "Birds",
    "my birds",
    "my-birds",
    "Vögel",
    "Vogel",
    "鳥",
    "é".repeat(200),
    "a..b",
    "a'b\"c",
    "birds.json",
  ];
  const names = folders.map((folder) => nameOf(`folder:/some where/${folder}`));
  for (const name of names) {
    assert.match(name, /^[a-z0-9][a-z0-9._+-]*$/);
    assert(name.length <= 100, name);
    // It is one that a record can have.
    const place = { question: "rq1", profile: "smoke", cell: name };
    assert.equal(recordPath(place), `rq1/smoke/${name}.json`);
  }
  assert.equal(new Set(names).size, names.length);
  assert.match(names[2]!, /^folder-my-birds-resnet18-w0\.25-reinforce-s12-/);
  // Where it lies does not matter, nor how a file system composes its letters.
  assert.equal(nameOf("folder:elsewhere/Vögel/"), names[4]);
  assert.equal(nameOf(`folder:${"Vögel".normalize("NFD")}`), names[4]);
});

Deno.test("cellName() differs for widths, sizes, arms and seeds when the folder needs a digest", () => {
  const folder = "folder:My birds";
  const names = [
    nameOf(folder),
    nameOf(folder, 32),
    nameOf(folder, 32, 0.5),
    nameOf(folder, 64),
  ];
  assert.equal(new Set(names).size, 4);
});

Deno.test("matchesCell() takes parts, wildcards and several patterns", () => {
  const name = "mnist-vgg13-w0.25-reinforce-s1";
  for (
    const pattern of ["mnist", "s1", "mnist*s1", "x,w0.25", " vgg13 ", "*"]
  ) {
    assert(matchesCell(name, pattern), pattern);
  }
  for (const pattern of ["s2", "s1*mnist", "w0x25", ",", "MNIST", "[a-z]"]) {
    assert(!matchesCell(name, pattern), pattern);
  }
});
