import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import OlMap from "ol/Map.js";
import { fromLonLat, transformExtent } from "ol/proj.js";
import View from "ol/View.js";
import type BaseLayer from "ol/layer/Base.js";

/** 主城区 inside the third ring, and the whole of the city; WGS-84 west, south, east, north. */
const CORE = [123.32, 41.71, 123.54, 41.87] as const;
const CITY = [122.4, 41.1, 123.9, 43.1] as const;
/** How far out the camera may go. */
const BOUNDS = [121.4, 40.6, 124.9, 43.6] as const;
const LOCATE_ZOOM = 14.5;
const MOVE_MS = 250;

const metres = (extent: readonly number[]): number[] => transformExtent([...extent], "EPSG:4326", "EPSG:3857");

/** The camera: moved by the operator alone, never because of data. */
export class Camera {
  readonly map: OlMap;
  private readonly view: View;

  constructor(target: HTMLElement, layers: BaseLayer[]) {
    this.view = new View({
      center: fromLonLat([123.43, 41.795]),
      zoom: 11.6,
      minZoom: 7.5,
      maxZoom: 18,
      enableRotation: false,
      extent: metres(BOUNDS),
      showFullExtent: true,
    });
    this.map = new OlMap({
      target,
      layers,
      view: this.view,
      controls: [],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
    });
    this.showCore(0);
  }

  get zoom(): number {
    return this.view.getZoom() ?? 0;
  }

  zoomBy(steps: number): void {
    this.view.animate({ zoom: this.zoom + steps, duration: moveMs() });
  }

  showCore(duration = moveMs()): void {
    this.view.fit(metres(CORE), { duration, size: this.size() });
  }

  showCity(): void {
    this.view.fit(metres(CITY), { duration: moveMs(), size: this.size() });
  }

  locate(at: readonly [number, number]): void {
    const zoom = Math.max(this.zoom, LOCATE_ZOOM);
    this.view.animate({ center: fromLonLat([...at]), zoom, duration: moveMs() });
  }

  dispose(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  private size(): number[] {
    return this.map.getSize() ?? [800, 600];
  }
}

function moveMs(): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_MS;
}
