import assert from "node:assert/strict";
import { escapeXml, shortenText } from "../../lib/lab/pictures/svg_text.ts";

/** Capitals are twice as wide as other letters. */
function textWidth(text: string, size: number): number {
  return size *
    [...text].reduce((sum, letter) => sum + (/[A-Z]/.test(letter) ? 2 : 1), 0);
}

Deno.test("escapeXml() leaves nothing that XML refuses", () => {
  assert.equal(escapeXml("T-shirt/top é 日 😀"), "T-shirt/top é 日 😀");
  assert.equal(escapeXml("a<b&c]]>"), "a&lt;b&amp;c]]&gt;");
  assert.equal(escapeXml("&lt;"), "&amp;lt;");
  assert.equal(escapeXml("a\0b\x1fc\uffffd\ud800e"), "a�b�c�d�e");
});

Deno.test("shortenText() leaves what fits and cuts the rest as late as it can", () => {
  for (const text of ["lawn_mower", "WWWiiiWWWiii", "iiiiWWWWWW"]) {
    for (let width = 10; width <= 250; width += 5) {
      const short = shortenText(text, { width, size: 10, textWidth });
      if (textWidth(text, 10) <= width) {
        assert.equal(short, text);
        continue;
      }
      assert(short.endsWith("…"));
      assert(text.startsWith(short.slice(0, -1)));
      assert(textWidth(short, 10) <= width, `"${short}" in ${width}`);
      const longer = `${text.slice(0, short.length)}…`;
      assert(textWidth(longer, 10) > width, `"${longer}" fits in ${width}`);
    }
  }
});

Deno.test("shortenText() cuts between characters, and no blank stays before the ellipsis", () => {
  const options = { width: 30, size: 10, textWidth };
  assert.equal(shortenText("😀😀😀😀", options), "😀😀…");
  assert.equal(shortenText("a ant hill", options), "a…");
  assert.equal(shortenText("", options), "");
  assert.equal(shortenText("abc", { ...options, width: 5 }), "…");
});
