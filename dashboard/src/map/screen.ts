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

/** A canvas of the size of the map, cleared and scaled to CSS pixels. */
export function clearCanvas(canvas: HTMLCanvasElement, frame: FrameState): CanvasRenderingContext2D {
  const [width = 0, height = 0] = frame.size;
  const ratio = frame.pixelRatio;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser gives no 2D canvas");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** The element of an own layer; OpenLayers puts it into the map. */
export function layerCanvas(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "map-canvas";
  return canvas;
}
