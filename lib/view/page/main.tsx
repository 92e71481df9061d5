/// <reference lib="dom" />
import { render } from "preact";
import { App } from "./app.tsx";
import { pageSource } from "./source.ts";

render(<App source={pageSource()} />, document.getElementById("page")!);
