import { parseHTML } from "linkedom";

/** The few parts of the DOM that figures use; Deno has no types for it. */
export interface SvgElement {
  readonly tagName: string;
  readonly childNodes: Iterable<SvgElement>;
  readonly attributes: Iterable<{ readonly name: string; value: string }>;
  readonly outerHTML: string;
  textContent: string;
  append(...children: readonly SvgElement[]): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

/** Attributes of an element; numbers are written as they are. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A figure under construction. */
export interface Page {
  /** The document that Observable Plot draws with. */
  readonly document: SvgDocument;
  /** Adds an element, with text in it if given. */
  add(name: string, attributes: Attributes, text?: string): SvgElement;
  /** Adds the first line, smaller where it would not fit. */
  heading(text: string): void;
  /** Adds what a plot drew, its top left corner at (x, y). */
  place(plot: unknown, x: number, y: number): void;
  /** The figure as the text of an SVG file. */
  svg(): string;
}

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Helvetica where there is one; the others are about as wide. */
const FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Mean width of a bold letter in the widest of the fonts, as a part of its size. */
const BOLD_LETTER = 0.68;

/** Attributes that hold coordinates. */
const COORDINATES =
  /^(d|points|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height|dx|dy)$/;

/**
 * An empty figure on white.
 *
 * @param options.title Says what is shown, for screen readers too.
 * @param options.description One sentence more.
 */
export function createPage(options: {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
}): Page {
  const { width, height, title, description } = options;
  const { document } = parseHTML("<!doctype html><html></html>") as unknown as {
    readonly document: SvgDocument;
  };
  const root = document.createElementNS(NAMESPACE, "svg");

  function add(
    name: string,
    attributes: Attributes,
    text?: string,
  ): SvgElement {
    const element = document.createElementNS(NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, String(value));
    }
    if (text !== undefined) element.textContent = xmlText(text);
    root.append(element);
    return element;
  }

  const attributes: Attributes = {
    "xmlns": NAMESPACE,
    "viewBox": `0 0 ${width} ${height}`,
    width,
    height,
    "role": "img",
    "color": "#222222",
    "fill": "#222222",
    "font-family": FONTS,
    "font-size": 12,
  };
  for (const [key, value] of Object.entries(attributes)) {
    root.setAttribute(key, String(value));
  }
  add("title", {}, title);
  add("desc", {}, description);
  add("rect", { width, height, fill: "#ffffff" });
  return {
    document,
    add,
    heading(text) {
      const size = fittingSize(text, { width: width - 32, most: 17 });
      add(
        "text",
        { "x": 16, "y": 28, "font-size": size, "font-weight": 700 },
        text,
      );
    },
    place(plot, x, y) {
      const source = plot as SvgElement;
      const group = add("g", {
        "transform": `translate(${x},${y})`,
        "text-anchor": "middle",
      });
      for (const child of [...source.childNodes]) {
        // The style sheet is for web pages; :where is unknown to many programs.
        if (child.tagName.toLowerCase() !== "style") group.append(child);
      }
    },
    svg() {
      for (const element of root.querySelectorAll("*")) {
        for (const attribute of element.attributes) {
          if (COORDINATES.test(attribute.name)) {
            attribute.value = roundNumbers(attribute.value);
          }
        }
      }
      return `${root.outerHTML}\n`;
    },
  };
}

/**
 * The size at which a bold line fits, in tenths of a pixel.
 *
 * @param text The line.
 * @param options.width Room for it, in pixels.
 * @param options.most The size where there is room enough.
 */
export function fittingSize(
  text: string,
  { width, most }: { readonly width: number; readonly most: number },
): number {
  const fitting = width / (BOLD_LETTER * text.length);
  return Math.min(most, Math.floor(fitting * 10) / 10);
}

/** A hundredth of a pixel is enough, and short. */
function roundNumbers(text: string): string {
  return text.replace(
    /-?\d+\.\d+(e-?\d+)?/g,
    (number) => String(Math.round(Number(number) * 100) / 100 + 0),
  );
}

/** XML 1.0 has no form, not even escaped, for most control characters. */
function xmlText(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}
