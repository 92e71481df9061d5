import assert from "node:assert/strict";

/** Fails unless tags nest and text and attributes hold no raw markup. */
export function assertWellFormed(svg: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  let at = 0;
  while (at < svg.trimEnd().length) {
    if (svg[at] === "<") {
      tag.lastIndex = at;
      const [whole, closing, name = "", attributes = "", empty] =
        tag.exec(svg) ?? assert.fail(`bad tag: ${svg.slice(at, at + 60)}`);
      assert.doesNotMatch(attributes, /&(?!(amp|lt|gt|quot|apos|#\d+);)/);
      const names = [...attributes.matchAll(/([\w:-]+)=/g)].map(([, n]) => n);
      assert.equal(new Set(names).size, names.length, whole);
      if (closing) assert.equal(open.pop(), name);
      else if (!empty) open.push(name);
      at += whole!.length;
    } else {
      const next = svg.indexOf("<", at);
      const text = svg.slice(at, next === -1 ? undefined : next);
      assert.doesNotMatch(text, /[>]|&(?!(amp|lt|gt|quot|apos|#\d+);)/);
      at += text.length;
    }
  }
  assert.deepEqual(open, []);
}

/** The texts of a figure, as written in the file. */
export function texts(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
}

/** Fails if a dot or a bar lies outside the page. */
export function assertInside(svg: string): void {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  let [x, y] = [0, 0];
  const marks =
    /<g [^>]*transform="translate\(([\d.]+),([\d.]+)\)"|cy="([^"]+)" cx="([^"]+)"/g;
  for (const [, left, top, cy, cx] of svg.matchAll(marks)) {
    if (left !== undefined) [x, y] = [Number(left), Number(top)];
    else if (cx !== undefined) {
      assert.ok(Number(cx) >= 0 && x + Number(cx) <= Number(width), cx);
      assert.ok(Number(cy) >= 0 && y + Number(cy) <= Number(height), `${cy}`);
    }
  }
}
