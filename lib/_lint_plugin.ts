/**
 * Lint rules of this house: what is random is drawn from a seeded stream, time
 * and printing belong to lib/cli. Registered in deno.json under lint.plugins.
 *
 * @module
 */

/** Members of global objects that hide randomness or the clock. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Math: ["random"],
  Date: ["now"],
  performance: ["now", "timeOrigin", "mark", "measure"],
  crypto: ["getRandomValues", "randomUUID"],
  process: ["hrtime"],
  Temporal: ["Now"],
};

/** Imports from Node that do the same. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "node:crypto": [
    "getRandomValues",
    "randomBytes",
    "randomFill",
    "randomFillSync",
    "randomInt",
    "randomUUID",
    "webcrypto",
  ],
  "node:perf_hooks": ["performance"],
};

const INSTEAD_OF_CHANCE = "draw from a stream of lib/random";
const INSTEAD_OF_TIME = "use the clock of lib/cli";

function advice(object: string): string {
  return object === "Math" || object.endsWith("crypto")
    ? INSTEAD_OF_CHANCE
    : INSTEAD_OF_TIME;
}

/** Whether a file must keep the rules: the library without lib/cli, and experiments. */
function isWatched(filename: string): boolean {
  const path = filename.replaceAll("\\", "/");
  // Tests mirror the folders that they test.
  if (/\/(tests|bench)\/(lib|experiments)\/[^/]*$/.test(`/${path}`)) {
    return false;
  }
  // The last of these folders counts: a project may lie in a folder called lib.
  const place = /^.*\/(lib|experiments|tests|bench)\/(.*)$/.exec(`/${path}`);
  if (place === null) return false;
  const [, folder, rest] = place;
  return folder === "experiments" ||
    (folder === "lib" && !rest!.startsWith("cli/"));
}

/** The name a member expression reads: a.b, a["b"] and globalThis.a.b. */
function memberName(node: Deno.lint.MemberExpression): string | undefined {
  if (node.property.type === "Identifier" && !node.computed) {
    return node.property.name;
  }
  return node.property.type === "Literal"
    ? String(node.property.value)
    : undefined;
}

function objectName(node: Deno.lint.Expression): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const isGlobal = node.object.type === "Identifier" &&
    ["globalThis", "self", "window"].includes(node.object.name);
  return isGlobal ? memberName(node) : undefined;
}

/** Whether a file is the project's own code, tests included. */
function isOurs(filename: string): boolean {
  return /(^|\/)(lib|experiments|bench|tests)\//.test(
    filename.replaceAll("\\", "/"),
  );
}

/** Whether an expression is `new URL(…, import.meta.url)`. */
function isOwnUrl(node: Deno.lint.Expression): boolean {
  if (node.type !== "NewExpression" || objectName(node.callee) !== "URL") {
    return false;
  }
  const [, base] = node.arguments;
  return base?.type === "MemberExpression" && memberName(base) === "url" &&
    base.object.type === "MetaProperty";
}

/** The rules of the plugin "house". */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "no-hidden-input": {
      create(context) {
        if (!isWatched(context.filename)) return {};
        const report = (node: Deno.lint.Node, what: string, instead: string) =>
          context.report({
            node,
            message: `${what} is hidden input: ${instead}`,
          });
        return {
          MemberExpression(node) {
            const object = objectName(node.object);
            const member = memberName(node);
            if (object === undefined || member === undefined) return;
            if (!Object.hasOwn(MEMBERS, object)) return;
            if (!MEMBERS[object]!.includes(member)) return;
            report(node, `${object}.${member}`, advice(object));
          },
          NewExpression(node) {
            if (objectName(node.callee) !== "Date") return;
            if (node.arguments.length > 0) return;
            report(node, "new Date()", INSTEAD_OF_TIME);
          },
          CallExpression(node) {
            // Date() without new ignores its arguments.
            if (objectName(node.callee) !== "Date") return;
            report(node, "Date()", INSTEAD_OF_TIME);
          },
          VariableDeclarator(node) {
            const object = node.init ? objectName(node.init) : undefined;
            if (object === undefined || !Object.hasOwn(MEMBERS, object)) return;
            if (node.id.type !== "ObjectPattern") return;
            for (const property of node.id.properties) {
              if (property.type !== "Property") continue;
              if (property.key.type !== "Identifier") continue;
              const { name } = property.key;
              if (!MEMBERS[object]!.includes(name)) continue;
              report(property, `${object}.${name}`, advice(object));
            }
          },
          ImportDeclaration(node) {
            const source = node.source.value;
            if (!Object.hasOwn(IMPORTS, source)) return;
            for (const specifier of node.specifiers) {
              if (specifier.type !== "ImportSpecifier") continue;
              if (specifier.imported.type !== "Identifier") continue;
              const { name } = specifier.imported;
              if (!IMPORTS[source]!.includes(name)) continue;
              report(specifier, `${name} of ${source}`, advice(source));
            }
          },
        };
      },
    },
    // A path with a space, "%" or "ü" has "%20", "%25" or "%C3%BC" there.
    "no-url-pathname": {
      create(context) {
        if (!isOurs(context.filename)) return {};
        // Tests speak to servers, whose paths are no files.
        const isStrict = !/(^|\/)tests\//.test(
          context.filename.replaceAll("\\", "/"),
        );
        return {
          MemberExpression(node) {
            if (memberName(node) !== "pathname") return;
            if (!isStrict && !isOwnUrl(node.object)) return;
            context.report({
              node,
              message:
                "pathname is no path of a file: use fileURLToPath of node:url",
            });
          },
        };
      },
    },
    "no-console": {
      create(context) {
        if (!isWatched(context.filename)) return {};
        return {
          MemberExpression(node) {
            if (objectName(node.object) !== "console") return;
            context.report({
              node,
              message: "console is for nobody: print through lib/cli",
            });
          },
        };
      },
    },
  },
};

export default plugin;
