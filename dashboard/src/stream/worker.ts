import { browserSurroundings } from "./connection";
import { Line } from "./line";
import type { FromWorker, ToWorker } from "./messages";

/** The part of a worker's global scope that is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, moved: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
const line = new Line(browserSurroundings(), (message, moved) => scope.postMessage(message, moved));
scope.onmessage = ({ data }) => line.hear(data);
