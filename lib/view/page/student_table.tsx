/// <reference lib="dom" />
/**
 * The table of all students; of thousands, only the rows in view are made.
 *
 * @module
 */

import { useMemo, useRef, useState } from "preact/hooks";
import { count } from "./format.ts";
import { isScored, type Point, type ShownRun } from "./points.ts";
import { save, toCsv, toJsonLines } from "./save.ts";
import { type StudentColumn, studentColumns } from "./student_columns.ts";

const ROW = 28;
const VIEW = 420;
/** Rows that are made beyond those in view. */
const BEYOND = 8;

/** What the table needs. */
export interface StudentTableProps {
  readonly runs: readonly ShownRun[];
  /** Whether a student is within the rectangle that was drawn, where there is one. */
  readonly isChosen: ((point: Point) => boolean) | undefined;
  readonly onClear: () => void;
  readonly onHover: (point: Point | undefined) => void;
  readonly onOpen: (point: Point) => void;
}

interface Order {
  readonly key: string;
  readonly falling: boolean;
}

const KINDS = ["all", "students", "distinct", "no student"] as const;
type Kind = (typeof KINDS)[number];

/** The table of all students. */
export function StudentTable(
  { runs, isChosen, onClear, onHover, onOpen }: StudentTableProps,
) {
  const [order, setOrder] = useState<Order>({ key: "reward", falling: true });
  const [words, setWords] = useState("");
  const [kind, setKind] = useState<Kind>("students");
  const [least, setLeast] = useState("");
  const [most, setMost] = useState("");
  const [top, setTop] = useState(0);
  const columns = useMemo(() => studentColumns(runs), [runs]);
  const all = useMemo(() => runs.flatMap(({ points }) => points), [runs]);
  const points = useMemo(() => {
    const wanted = filterOf({ words, kind, least, most, columns });
    const column = columns.find(({ key }) => key === order.key) ?? columns[0]!;
    return all.filter((point) => wanted(point) && (isChosen?.(point) ?? true))
      .sort(compareBy(column, order.falling));
  }, [all, columns, order, words, kind, least, most, isChosen]);
  const from = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const to = Math.min(
    points.length,
    Math.ceil((top + VIEW) / ROW) + BEYOND,
  );
  const scroller = useRef<HTMLDivElement>(null);
  function sort({ key, isNumber }: StudentColumn) {
    setOrder(
      order.key === key
        ? { key, falling: !order.falling }
        : { key, falling: isNumber },
    );
    scroller.current!.scrollTop = 0;
  }
  return (
    <section aria-labelledby="students">
      <h2 id="students">Students</h2>
      <form class="controls" onSubmit={(event) => event.preventDefault()}>
        <label>
          Find{" "}
          <input
            type="search"
            value={words}
            placeholder="network, stage, reason"
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <label>
          Show{" "}
          <select
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as Kind)}
          >
            {KINDS.map((each) => <option key={each} value={each}>{each}
            </option>)}
          </select>
        </label>
        <label>
          Accuracy from{" "}
          <input
            type="number"
            class="short"
            value={least}
            min={0}
            max={100}
            step="any"
            onInput={(event) => setLeast(event.currentTarget.value)}
          />{" "}
          %
        </label>
        <label>
          Parameters to{" "}
          <input
            type="number"
            class="short"
            value={most}
            min={0}
            step="any"
            onInput={(event) => setMost(event.currentTarget.value)}
          />
        </label>
        <span role="status">
          {count(points.length)} of {count(all.length)}
          {isChosen && " (within the rectangle)"}
        </span>
        {isChosen && (
          <button type="button" onClick={onClear}>Clear the rectangle</button>
        )}
        <span class="files">
          <button
            type="button"
            onClick={() =>
              save("students.csv", "text/csv", toCsv(points, runs))}
          >
            CSV
          </button>
          <button
            type="button"
            onClick={() =>
              save(
                "students.jsonl",
                "application/jsonl",
                toJsonLines(points, runs),
              )}
          >
            JSON lines
          </button>
        </span>
      </form>
      <div
        ref={scroller}
        class="students scroll"
        tabIndex={0}
        role="region"
        aria-labelledby="students"
        style={{ maxHeight: `${VIEW}px` }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <table aria-rowcount={points.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">network</th>
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  class={column.isNumber ? "number" : ""}
                  aria-sort={order.key !== column.key
                    ? "none"
                    : order.falling
                    ? "descending"
                    : "ascending"}
                >
                  <button type="button" onClick={() => sort(column)}>
                    {column.title}
                    <span aria-hidden="true">
                      {order.key !== column.key
                        ? ""
                        : order.falling
                        ? " ↓"
                        : " ↑"}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {from > 0 && <Gap rows={from} columns={columns.length + 1} />}
            {points.slice(from, to).map((point, i) => (
              <tr
                key={`${point.run} ${point.stage} ${point.student}`}
                aria-rowindex={from + i + 2}
                onPointerEnter={() => onHover(point)}
                onPointerLeave={() => onHover(undefined)}
              >
                <th scope="row">
                  {point.name === null ? "–" : (
                    <button
                      type="button"
                      class="link"
                      onClick={() => onOpen(point)}
                    >
                      {point.name}
                    </button>
                  )}
                </th>
                {columns.map((column) => (
                  <td
                    key={column.key}
                    class={column.isNumber ? "number" : "words"}
                  >
                    {column.text(point)}
                  </td>
                ))}
              </tr>
            ))}
            {to < points.length && (
              <Gap rows={points.length - to} columns={columns.length + 1} />
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Gap(
  { rows, columns }: { readonly rows: number; readonly columns: number },
) {
  return (
    <tr class="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${rows * ROW}px` }} />
    </tr>
  );
}

function filterOf(
  { words, kind, least, most, columns }: {
    readonly words: string;
    readonly kind: Kind;
    readonly least: string;
    readonly most: string;
    readonly columns: readonly StudentColumn[];
  },
): (point: Point) => boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = columns.filter(({ isNumber }) => !isNumber);
  return (point) => {
    if (kind === "students" && !isScored(point)) return false;
    if (kind === "distinct" && point.kind !== "new") return false;
    if (kind === "no student" && isScored(point)) return false;
    const { accuracy, parameters, name } = point;
    if (least !== "" && (accuracy ?? -1) * 100 < Number(least)) return false;
    if (most !== "" && (parameters ?? Infinity) > Number(most)) return false;
    if (wanted.length === 0) return true;
    const own = [name ?? "", ...text.map((column) => column.text(point))]
      .join(" ").toLowerCase();
    return wanted.every((word) => own.includes(word));
  };
}

/** By a column; those without a value are last, whichever way. */
function compareBy(
  { value }: StudentColumn,
  falling: boolean,
): (a: Point, b: Point) => number {
  const sign = falling ? -1 : 1;
  return (left, right) => {
    const [a, b] = [value(left), value(right)];
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null);
    }
    return a < b ? -sign : a > b ? sign : 0;
  };
}
