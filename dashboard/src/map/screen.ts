import type { FrameState } from "ol/Map.js";

/** From projected metres to CSS pixels of the map, for one frame without rotation. */
export interface ScreenTransform {
  readonly width: number;
  readonly height: number;
  x(metres: number): number;
  y(metres: number): number;
}

export function screenTransform(frame: FrameState): ScreenTransform {
  const [width = 0, height = 0] = frame.size;
  const { resolution, center } = frame.viewState;
  const [centreX = 0, centreY = 0] = center;
  return {
    width,
    height,
    x: (metres) => width / 2 + (metres - centreX) / resolution,
    y: (metres) => height / 2 - (metres - centreY) / resolution,
  };
}

/** The size of the map in pixels of the screen. */
export function pixelSize({ size, pixelRatio }: FrameState): { width: number; height: number } {
  const [width = 0, height = 0] = size;
  return { width: Math.round(width * pixelRatio), height: Math.round(height * pixelRatio) };
}

/** A canvas of the size of the map, as it was, in pixels of the screen. */
export function canvasOf(canvas: HTMLCanvasElement, frame: FrameState): CanvasRenderingContext2D {
  const { width, height } = pixelSize(frame);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser gives no 2D canvas");
  context.setTransform(1, 0, 0, 1, 0, 0);
  return context;
}

/** A canvas of the size of the map, cleared and scaled to CSS pixels. */
export function clearCanvas(canvas: HTMLCanvasElement, frame: FrameState): CanvasRenderingContext2D {
  const context = canvasOf(canvas, frame);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.scale(frame.pixelRatio, frame.pixelRatio);
  return context;
}

/** The element of an own layer; OpenLayers puts it into the map. */
export function layerCanvas(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "map-canvas";
  return canvas;
}
