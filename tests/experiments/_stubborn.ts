/**
 * Loaded before a run: it never hears that a training was stopped, so that it waits
 * for ever to save it.
 *
 * @module
 */

const { set, ...rest } = Object.getOwnPropertyDescriptor(
  Worker.prototype,
  "onmessage",
)!;

Object.defineProperty(Worker.prototype, "onmessage", {
  ...rest,
  set(this: Worker, listen: (event: MessageEvent) => void) {
    set!.call(this, (event: MessageEvent) => {
      if (event.data.type !== "stopped") listen(event);
    });
  },
});
