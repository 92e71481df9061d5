/// <reference lib="dom" />
import { type Size, SIZES } from "./pareto.tsx";
import type { Along } from "./points.ts";

/** How the plots are drawn. */
export interface ControlsProps {
  readonly along: Along;
  readonly setAlong: (along: Along) => void;
  readonly grouped: boolean;
  readonly setGrouped: (grouped: boolean) => void;
  readonly canGroup: boolean;
  readonly size: Size;
  readonly setSize: (size: Size) => void;
}

/** What can be said of the plots. */
export function Controls(props: ControlsProps) {
  return (
    <form class="controls" aria-label="Plots">
      <label>
        Along{" "}
        <select
          value={props.along}
          onChange={(event) =>
            props.setAlong(event.currentTarget.value as Along)}
        >
          <option value="step">iterations</option>
          <option value="epochs">student-epochs</option>
        </select>
      </label>
      <label>
        Size in{" "}
        <select
          value={props.size}
          onChange={(event) => props.setSize(event.currentTarget.value as Size)}
        >
          {Object.entries(SIZES).map(([value, name]) => (
            <option value={value}>{name}</option>
          ))}
        </select>
      </label>
      {props.canGroup && (
        <label>
          <input
            type="checkbox"
            checked={props.grouped}
            onChange={(event) => props.setGrouped(event.currentTarget.checked)}
          />{" "}
          seeds of an arm as one line, with its 95 % interval
        </label>
      )}
    </form>
  );
}
