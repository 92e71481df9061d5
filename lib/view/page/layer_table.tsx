/// <reference lib="dom" />
/**
 * A student's layers beside its teacher's: a row a layer of the teacher, as wide as
 * it has channels, filled as far as they are left.
 *
 * @module
 */

import type {
  LayerLeft,
  LayerRow,
  LayerSize,
  StudentView,
  TeacherView,
} from "../model.ts";
import { bytes, count, short } from "./format.ts";

/** The layers of a student. */
export function LayerTable(
  { teacher: { layers: teacher, bytes: teacherBytes }, view }: {
    readonly teacher: TeacherView;
    readonly view: StudentView;
  },
) {
  const { text, bytes: own } = view;
  const left = view.left.map(unpacked);
  const widest = Math.max(...teacher.map(({ channels }) => channels));
  const kept = left.filter(({ isKept }) => isKept).length;
  const sum = (
    rows: readonly (LayerRow | Left)[],
    key: "parameters" | "macs" | "bytes",
  ) => rows.reduce((total, row) => total + row[key], 0);
  // What residual blocks and concatenations give is no layer's.
  const sums = teacherBytes - sum(teacher, "bytes");
  return (
    <section aria-labelledby="layers">
      <h3 id="layers">Layers</h3>
      <p class="note">
        {kept} of {teacher.length}{" "}
        rows are left. Outline: the teacher's channels; filled: what is left of
        them. Squares: the batch norm, ReLU or dropout behind a layer. Numbers:
        teacher → student.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="layers">
        <table class="layers">
          <thead>
            <tr>
              <th scope="col">teacher's layer</th>
              <th scope="col">in the student</th>
              <th scope="col">change</th>
              <th scope="col" class="number">parameters</th>
              <th scope="col" class="number">MACs</th>
              <th scope="col" class="number">activations</th>
            </tr>
          </thead>
          <tbody>
            {teacher.map((row, i) => (
              <Layer
                row={row}
                left={left[i]!}
                widest={widest}
                isInner={row.block !== undefined &&
                  teacher[i - 1]?.block === row.block}
              />
            ))}
            {sums > 0 && (
              <tr>
                <th scope="row">sums of blocks</th>
                <td colSpan={4} />
                <td class="number">
                  {of(bytes, own - sum(left, "bytes"), sums)}
                </td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>all</th>
              <td class="number">
                {of(count, sum(left, "parameters"), sum(teacher, "parameters"))}
              </td>
              <td class="number">
                {of(short, sum(left, "macs"), sum(teacher, "macs"))}
              </td>
              <td class="number">
                {of(bytes, own, teacherBytes)}
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="network">
        <code>{text}</code>
      </p>
    </section>
  );
}

/** What is left of a row, by name. */
interface Left extends LayerSize {
  readonly isKept: boolean;
  readonly small: readonly boolean[];
  readonly change: string | undefined;
}

function unpacked(
  [kept, channels, parameters, macs, bytes, change]: LayerLeft,
): Left {
  const [isKept, ...small] = [...kept].map((digit) => digit === "1");
  return {
    isKept: isKept!,
    small,
    channels,
    parameters,
    macs,
    bytes,
    change,
  };
}

function Layer(
  { row, left, widest, isInner }: {
    readonly row: LayerRow;
    readonly left: Left;
    readonly widest: number;
    readonly isInner: boolean;
  },
) {
  const { label, block, small } = row;
  return (
    <tr class={left.isKept ? "" : "gone"}>
      <th
        scope="row"
        class={block === undefined ? "" : isInner ? "block inner" : "block"}
      >
        {label}
      </th>
      <td class="bars">
        <Bar row={row} left={left} widest={widest} />
        <span class="squares">
          {small.map((name, i) => (
            <i
              class={left.small[i] ? "kept" : "gone"}
              role="img"
              aria-label={`${name} ${left.small[i] ? "kept" : "removed"}`}
              title={`${name} ${left.small[i] ? "kept" : "removed"}`}
            />
          ))}
        </span>
      </td>
      <td>{changeOf(row, left)}</td>
      <td class="number">{of(count, left.parameters, row.parameters)}</td>
      <td class="number">{of(short, left.macs, row.macs)}</td>
      <td class="number">{of(bytes, left.bytes, row.bytes)}</td>
    </tr>
  );
}

function Bar(
  { row, left, widest }: {
    readonly row: LayerRow;
    readonly left: Left;
    readonly widest: number;
  },
) {
  // A layer without channels of its own is a square.
  if (row.channels === 0) {
    return (
      <span class="bar">
        <i class={`square ${left.isKept ? "kept" : "gone"}`} />
      </span>
    );
  }
  const width = 100 * row.channels / widest;
  return (
    <span class="bar">
      <i
        class={`outline ${left.isKept ? "kept" : "gone"}`}
        style={{ width: `${width}%` }}
      />
      <i
        class="fill"
        style={{ width: `${width * left.channels / row.channels}%` }}
      />
    </span>
  );
}

function changeOf({ channels }: LayerRow, left: Left): string {
  return [
    ...(left.isKept ? [] : ["removed"]),
    ...(left.isKept && left.channels !== channels
      ? [`${left.channels} of ${channels}`]
      : []),
    ...(left.change === undefined ? [] : [left.change]),
  ].join(", ");
}

/** "24 → 12", teacher and student; one number where both are the same. */
function of(
  show: (value: number) => string,
  left: number,
  all: number,
): string {
  if (all === 0) return "";
  return left === all ? show(all) : `${show(all)} → ${show(left)}`;
}
