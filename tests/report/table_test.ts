import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeMarkdown, markdownTable } from "../../lib/report/mod.ts";

/** What a GitHub-flavoured reader makes of a row, unescaped. */
function cells(line: string): readonly string[] {
  assert.match(line, /^\| .* \|$/s);
  return line.slice(2, -2).split(/(?<=(?<!\\)(?:\\\\)*) \| /)
    .map((cell) => cell.trim().replace(/\\([\\|*_`<>[\]~$&])/g, "$1"));
}

Deno.test("markdownTable() pads and aligns when columns differ", () => {
  const text = markdownTable(
    [
      { title: "student" },
      { title: "accuracy %", align: "right" },
      { title: "n", align: "center" },
    ],
    [["stage 1", "99.55", "5"], ["1+2", "9.1", "–"]],
  );
  assert.equal(
    text,
    "| student | accuracy % |  n  |\n" +
      "| ------- | ---------: | :-: |\n" +
      "| stage 1 |      99.55 |  5  |\n" +
      "| 1+2     |        9.1 |  –  |\n",
  );
});

Deno.test("markdownTable() counts characters when they are composed or outside the BMP", () => {
  const text = markdownTable([{ title: "𝛼" }], [["e\u0301"], ["abcd"]]);
  assert.equal(text, "| 𝛼    |\n| ---- |\n| e\u0301    |\n| abcd |\n");
});

Deno.test("markdownTable() gives a heading only when there are no rows", () => {
  assert.equal(markdownTable([{ title: "a" }], []), "| a   |\n| --- |\n");
});

Deno.test("markdownTable() escapes text and keeps markdown when cells hold pipes", () => {
  const text = markdownTable([{ title: "a|b" }], [
    ["x_1 *<b>*\n| \\ `c`"],
    [{ markdown: "[l](u) **|** \\|\nx" }],
  ]);
  const lines = text.split("\n");
  assert.equal(lines[0]?.trimEnd().startsWith("| a\\|b "), true);
  assert.ok(lines[2]?.startsWith("| x\\_1 \\*\\<b\\>\\* \\| \\\\ \\`c\\` |"));
  assert.ok(lines[3]?.startsWith("| [l](u) **\\|** \\| x "));
});

Deno.test("markdownTable() keeps rows and cells apart when texts are arbitrary", () => {
  const cell = fc.string({ unit: "binary", maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 4 }), (rows) => {
      const text = markdownTable([{ title: "a" }, { title: "b" }], rows);
      const lines = text.trimEnd().split("\n");
      assert.equal(lines.length, rows.length + 2);
      for (const [i, row] of rows.entries()) {
        assert.deepEqual(
          cells(lines[i + 2]!),
          row.map((cell) =>
            cell.replace(/\s+/g, " ").replace(/\p{Cc}/gu, "").trim()
          ),
        );
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("markdownTable() throws when a row does not fit its columns", () => {
  assert.throws(() => markdownTable([{ title: "a" }], [["1"], ["1", "2"]]), {
    name: "RangeError",
    message: "Cannot make a table: row 1 has 2 cells, expected 1",
  });
  assert.throws(() => markdownTable([], []), RangeError);
});

Deno.test("escapeMarkdown() makes one line when text has breaks and control characters", () => {
  assert.equal(escapeMarkdown("a\r\n\tb\u0000c & $x$"), "a bc \\& \\$x\\$");
});
