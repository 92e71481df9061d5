/**
 * The page where a teacher and its student answer side by side.
 *
 * - `page/`: the page itself, which runs in browsers, networks and all
 * - `bundle/`: the page as one script and one style, made by `lib/pages/build.ts`
 *
 * @module
 */
export * from "./choose_student.ts";
export * from "./encode_tests.ts";
export * from "./framing.ts";
export * from "./model.ts";
export * from "./prepare.ts";
export * from "./serve.ts";
