import type { Plugin } from "esbuild";

/** Said of a module, it lets the bundler leave it out where nothing of it is used. */
const FREE = { sideEffects: false } as const;

/** Files of pages, whose packages are bundled. */
const OF_A_PAGE = /[/\\]page[/\\][^/\\]+$/;

/** Files of packages. */
const OF_A_PACKAGE = /[/\\]node_modules[/\\]/;

/**
 * Bundles of this project's own modules what a page uses and nothing else: a room is
 * imported through its door, and most behind it needs Deno, Node or packages that no
 * browser runs. What is used of
 * that after all is left to import, which `bundlePage` refuses.
 */
export const onlyWhatIsUsed: Plugin = {
  name: "only-what-is-used",
  setup(build) {
    build.onResolve(
      { filter: /^\.{1,2}\/.*\.ts$/ },
      async ({ path, ...asked }) => {
        // Asked by this very function.
        if (asked.pluginData === FREE) return undefined;
        const { resolveDir, importer, kind } = asked;
        const found = await build.resolve(path, {
          resolveDir,
          importer,
          kind,
          pluginData: FREE,
        });
        return { ...found, ...FREE };
      },
    );
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      const isBehind = importer !== "" && !OF_A_PAGE.test(importer) &&
        !OF_A_PACKAGE.test(importer);
      return isBehind ? { path, external: true } : undefined;
    });
  },
};
