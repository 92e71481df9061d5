import assert from "node:assert/strict";
import { type Course, coursePanels } from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

function course(name: string, from = 20): Course {
  return {
    name,
    points: [0, 1, 2].map((i) => ({
      x: 3 + 5 * i,
      y: from + 10 * i,
      interval: [from + 10 * i - 5, from + 10 * i + 5],
    })),
  };
}

const OPTIONS = {
  title: "Students & <limits>",
  x: "iteration",
  y: "share (%)",
  names: ["soft", "hard"],
  bounds: [0, 100],
  panels: [
    { title: "parameters", courses: [course("soft"), course("hard", 40)] },
    { title: "macs", courses: [course("hard", 60)] },
    { title: "latency", courses: [] },
    { title: "all", courses: [{ name: "soft", points: [{ x: 3, y: 7 }] }] },
  ],
  marks: [{ name: "shrinkage", x: 8.5 }],
} as const;

Deno.test("coursePanels() is well formed, names everything, and repeats", () => {
  const svg = coursePanels(OPTIONS);
  assertWellFormed(svg);
  assertInside(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style/);
  const found = texts(svg);
  for (
    const text of ["soft", "hard", "parameters", "macs", "latency", "all"]
      .concat("shrinkage", "iteration", "share (%)")
      .concat("Students &amp; &lt;limits&gt;", "100")
  ) {
    assert.ok(found.includes(text), text);
  }
  assert.match(svg, /parameters: soft 40\.0, hard 60\.0\. macs: hard 80\.0\./);
  assert.match(svg, /latency: nothing\./);
  assert.equal(svg, coursePanels(OPTIONS));
});

Deno.test("coursePanels() gives a name one colour in all panels", () => {
  const svg = coursePanels(OPTIONS);
  const legend = svg.slice(0, svg.indexOf(">soft<"));
  const soft = /stroke="(#\w{6})"/.exec(legend)![1];
  const lines = [...svg.matchAll(/<g ([^>]*)aria-label="line"/g)]
    .map(([, attributes]) => / stroke="(#\w{6})"/.exec(` ${attributes}`)![1]);
  // Two panels have a line of soft, two one of hard.
  assert.equal(lines.length, 4);
  assert.equal(lines.filter((colour) => colour === soft).length, 2);
  assert.equal(new Set(lines).size, 2);
});

Deno.test("coursePanels() throws when there is nothing to draw, or a name is not known", () => {
  assert.throws(() => coursePanels({ ...OPTIONS, panels: [] }), {
    message: "Cannot draw panels: their number is 0, expected at least 1",
  });
  for (const names of [[], Array.from({ length: 9 }, (_, i) => `${i}`)]) {
    assert.throws(() => coursePanels({ ...OPTIONS, names }), {
      message:
        `Cannot draw panels: the number of names is ${names.length}, expected 1 to 8`,
    });
  }
  assert.throws(() => coursePanels({ ...OPTIONS, names: ["soft"] }), {
    message:
      'Cannot draw panels: a course is named "hard", expected one of soft',
  });
});
