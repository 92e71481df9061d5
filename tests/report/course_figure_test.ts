import assert from "node:assert/strict";
import { type Course, courseFigure } from "../../lib/report/mod.ts";
import { assertInside, assertWellFormed, texts } from "./_svg.ts";

function course(name: string, shift = 0, points = 4): Course {
  return {
    name,
    points: Array.from({ length: points }, (_, i) => {
      const y = 0.5 + shift + 0.05 * i;
      return { x: 6 * (i + 1), y, interval: [y - 0.02, y + 0.02] };
    }),
  };
}

function draw(
  courses: readonly Course[],
  bound?: { readonly name: string; readonly y: number },
): string {
  return courseFigure({
    title: "Strategies & <rewards>",
    x: "students proposed",
    y: "best reward",
    courses,
    ...(bound === undefined ? {} : { bound }),
  });
}

/** Colours of the plot's marks of a kind, in the order of drawing. */
function coloursOf(svg: string, mark: "line" | "area"): readonly string[] {
  const attribute = mark === "line" ? "stroke" : "fill";
  return [...svg.matchAll(/<g [^>]*aria-label="(\w+)"[^>]*><path/g)]
    .filter(([, label]) => label === mark)
    .map(([tag]) => new RegExp(` ${attribute}="(#\\w{6})"`).exec(tag)![1]!);
}

Deno.test("courseFigure() is well formed, names everything, and repeats", () => {
  const courses = [course("reinforce"), course("random", 0.1)];
  const svg = draw(courses, { name: "best of all", y: 0.9 });
  assertWellFormed(svg);
  assertInside(svg);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity|<style/);
  const found = texts(svg);
  for (
    const text of ["reinforce", "random", "best of all", "students proposed"]
      .concat("best reward", "Strategies &amp; &lt;rewards&gt;")
  ) {
    assert.ok(found.includes(text), text);
  }
  assert.match(svg, /reinforce: 0\.650 at 24\. random: 0\.750 at 24\./);
  assert.equal(svg, draw(courses, { name: "best of all", y: 0.9 }));
});

Deno.test("courseFigure() draws a line and a band a course, in colours of their own", () => {
  const courses = Array.from({ length: 8 }, (_, i) => course(`s${i}`, i / 50));
  const svg = draw(courses);
  assertWellFormed(svg);
  const bands = coloursOf(svg, "area");
  assert.equal(new Set(bands).size, 8);
  // The first line is drawn last, above the others.
  assert.deepEqual(coloursOf(svg, "line").toReversed(), bands);
  const legend = [...svg.matchAll(/<line [^>]*stroke="(#\w{6})"/g)]
    .map(([, colour]) => colour);
  assert.deepEqual(legend, bands);
});

Deno.test("courseFigure() takes a single run, which has no band, and none", () => {
  const single = {
    name: "single",
    points: [{ x: 6, y: 0.5 }, { x: 12, y: 0.6 }],
  };
  const svg = draw([single, { name: "none", points: [] }]);
  assertWellFormed(svg);
  assert.match(svg, /none: nothing\./);
  assert.deepEqual(coloursOf(svg, "area"), []);
  assert.equal(coloursOf(svg, "line").length, 1);
  assert.doesNotMatch(svg, /NaN|Infinity/);
});

Deno.test("courseFigure() names lines at their ends, apart and inside, if asked", () => {
  // Five that end nearly at the same place, at the top of the plot.
  const courses = Array.from({ length: 5 }, (_, i) => course(`s${i}`, i / 1e4));
  const svg = courseFigure({
    title: "Ends",
    x: "x",
    y: "y",
    courses: [...courses, { name: "none", points: [] }],
    bound: { name: "best of all", y: 0.651 },
    names: "ends",
  });
  assertWellFormed(svg);
  assertInside(svg);
  const places = [
    ...svg.matchAll(
      /<text fill="(#\w{6})" y="([\d.]+)" x="705">(.*?)<\/text>/g,
    ),
  ].map(([, colour, y, name]) => ({ y: Number(y), colour, name }));
  // From the top down, as the lines end.
  assert.deepEqual(
    places.map(({ name }) => name),
    ["best of all", "s4", "s3", "s2", "s1", "s0"],
  );
  for (const [i, { y }] of places.slice(1).entries()) {
    assert.ok(y - places[i]!.y >= 14.99, `${places[i]!.y} and ${y}`);
  }
  assert.equal(new Set(places.slice(1).map(({ colour }) => colour)).size, 5);
  assert.doesNotMatch(svg, /<line [^>]*stroke="#/);
});

Deno.test("courseFigure() throws when there is no course, or there are too many", () => {
  for (const count of [0, 9]) {
    const courses = Array.from({ length: count }, (_, i) => course(`s${i}`));
    assert.throws(() => draw(courses), {
      name: "RangeError",
      message: `Cannot draw courses: their number is ${count}, expected 1 to 8`,
    });
  }
});

Deno.test("courseFigure() writes names where lines end, apart from each other", () => {
  // At either end of the axis more names than there is room for beside their lines.
  const ends = {
    first: 0.2,
    second: 0.199,
    third: 0.198,
    fourth: 0.001,
    fifth: 0,
  };
  const svg = courseFigure({
    title: "Ends",
    x: "x",
    y: "y",
    courses: Object.entries(ends).map(([name, shift]) => ({
      name,
      points: [{ x: 1, y: 0.5 + shift }],
    })),
    bound: { name: "bound", y: 0.6 },
    names: "ends",
  });
  assertWellFormed(svg);
  const heights = new Map(
    Array.from(
      svg.matchAll(/<text [^>]*\by="([\d.]+)"[^>]*>(\w+)</g),
      ([, y, name]) => [name!, Number(y)],
    ),
  );
  const names = ["first", "second", "third", "bound", "fourth", "fifth"];
  for (const [i, name] of names.entries()) {
    const height = heights.get(name)!;
    const above = i === 0 ? 40 : heights.get(names[i - 1]!)!;
    assert(height - above >= 16, `${name}: ${height}, above it ${above}`);
    assert(height < 480, `${name}: ${height}`);
  }
  // No legend beside: each name once.
  for (const name of names) {
    assert.equal(texts(svg).filter((text) => text === name).length, 1);
  }
});

Deno.test("courseFigure() joins points by steps or by straight lines", () => {
  const paths = (between: "steps" | "lines") =>
    [
      ...courseFigure({
        title: "Curves",
        x: "x",
        y: "y",
        courses: [course("one")],
        between,
      }).matchAll(/aria-label="line"[^>]*><path d="([^"]+)"/g),
    ]
      .map(([, path]) => path!);
  // A step goes across, then up: twice as many corners.
  const corners = (path: string) => path.split(/[LHV]/).length;
  assert.equal(corners(paths("lines")[0]!), 4);
  assert(corners(paths("steps")[0]!) > 6);
});
