import type { Plugin } from "esbuild";

/** Where the page's libraries ask for chance or the time, and what stands there instead. */
const REPLACEMENTS: Readonly<
  Record<string, readonly (readonly [from: string, to: string])[]>
> = {
  // The page shuffles nothing: with the mark the bundler leaves it out.
  "d3-array": [[
    "= shuffler(Math.random);",
    "= /* @__PURE__ */ shuffler(Math.random);",
  ]],
  // Dates that are set before they are read; the page asks no interval for "now".
  "d3-time": [
    ["t0 = new Date, t1 = new Date;", "t0 = new Date(0), t1 = new Date(0);"],
    ["? new Date : new Date(+date)", "? new Date(NaN) : new Date(+date)"],
  ],
  "d3-interpolate": [["var d = new Date;", "var d = new Date(0);"]],
};

/**
 * Bundles libraries without what depends on chance or on the time: the page shows
 * records, and equal ones look equal.
 *
 * It fails where a library does not say any more what is replaced in it.
 */
export const withoutHiddenInput: Plugin = {
  name: "without-hidden-input",
  setup(build) {
    build.onLoad(
      { filter: /[/\\]d3-(array|time|interpolate)\.mjs$/ },
      async ({ path }) => {
        const library = /(d3-\w+)\.mjs$/.exec(path)![1]!;
        let contents = await Deno.readTextFile(path);
        for (const [from, to] of REPLACEMENTS[library]!) {
          if (contents.split(from).length !== 2) {
            throw new TypeError(
              `Cannot bundle the page: ${library} does not say "${from}" once, as it did`,
            );
          }
          contents = contents.replace(from, () => to);
        }
        return { contents, loader: "js" };
      },
    );
  },
};
