import Feature from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import TopoJSON from "ol/format/TopoJSON.js";
import MultiPolygon from "ol/geom/MultiPolygon.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import { fromLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import { Fill, Stroke, Style, Text } from "ol/style.js";
import { getJson, HttpError } from "../api/client";
import type { District } from "../api/specs";
import { nameOf } from "../i18n";
import { backoffMs } from "../stream/connection";
import { FONT_FAMILY, PALETTE, textScale } from "./palette";

const DISTRICTS = "/geo/shenyang-districts.topojson";
const RIVERS = "/geo/shenyang-rivers.geojson";
const PLACES = "/geo/shenyang-places.json";
const SCHEMATIC = "/geo/shenyang-schematic.geojson";

/** Metres per pixel below which places are named, and above which districts are. */
const PLACE_RESOLUTION = 45;
/** Metres per pixel above which roads and metro would only be a tangle. */
const SCHEMATIC_RESOLUTION = 90;
const DISTRICT_RESOLUTION = 12;

/** The points themselves are at 10. */
const BELOW_POINTS = 5;
const ABOVE_POINTS = 15;

/** Some two minutes, with the backoff between them: longer than a hub takes to come back. */
const GEO_ATTEMPTS = 12;

const READ = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" } as const;

/** The still part of the map: districts, rivers and names, from files the page's own host serves. */
export class BaseMap {
  private readonly land = new VectorSource();
  private readonly water = new VectorSource();
  private readonly ways = new VectorSource();
  private readonly names = new VectorSource();
  /** Where the geometry is from, as the files themselves say. */
  attributions: string[] = [];
  readonly layers: readonly VectorLayer[];
  private readonly nameLayer: VectorLayer;

  constructor() {
    this.nameLayer = this.makeNameLayer();
    this.layers = [
      still(this.land, 0, new Style({
        fill: new Fill({ color: PALETTE.land }),
        stroke: new Stroke({ color: PALETTE.border, width: 1.25 }),
      })),
      this.makeRiverLayer(),
      this.makeWayLayer(),
      this.nameLayer,
    ];
  }

  /** Loads what there is; false when the districts themselves are missing. */
  async load(): Promise<boolean> {
    const places = this.loadPlaces();
    const [outlines] = await Promise.all([this.loadDistricts(places), this.loadLines(RIVERS, this.water), this.loadLines(SCHEMATIC, this.ways), places]);
    return outlines;
  }

  /** Names at the centres the hub knows, for a map without its district file. */
  nameDistricts(districts: Iterable<District>): void {
    for (const { name, name_en, center } of districts) {
      this.names.addFeature(label("district", name, name_en, fromLonLat([...center])));
    }
  }

  /** Names lie over bare points (a halo keeps both readable), but under points with labels. */
  namesAbovePoints(above: boolean): void {
    this.nameLayer.setZIndex(above ? ABOVE_POINTS : BELOW_POINTS);
  }

  refresh(): void {
    this.names.changed();
    this.water.changed();
    this.ways.changed();
  }

  private async loadDistricts(places: Promise<PlaceFile>): Promise<boolean> {
    const json = await geoFile(DISTRICTS);
    if (json === null) return false;
    const features = new TopoJSON().readFeatures(json, READ);
    this.land.addFeatures(features);
    this.credit(json);
    const { centres } = await places;
    for (const feature of features) {
      const geometry = feature.getGeometry();
      if (!(geometry instanceof Polygon || geometry instanceof MultiPolygon)) continue;
      const centre = centres.get(text(feature.get("code")));
      const at = centre === undefined ? insideOf(geometry) : fromLonLat([...centre]);
      this.names.addFeature(label("district", text(feature.get("name")), text(feature.get("name_en")), at));
    }
    return features.length > 0;
  }

  private async loadLines(path: string, source: VectorSource): Promise<void> {
    const json = await geoFile(path);
    if (json === null) return;
    source.addFeatures(new GeoJSON().readFeatures(json, READ));
    this.credit(json);
  }

  private async loadPlaces(): Promise<PlaceFile> {
    const file = readPlaces(await geoFile(PLACES));
    for (const { name, name_en, at } of file.places) {
      this.names.addFeature(label("place", name, name_en, fromLonLat([...at])));
    }
    return file;
  }

  private credit(json: unknown): void {
    const { attribution } = json as { attribution?: unknown };
    if (typeof attribution === "string") this.attributions.push(attribution);
  }

  private makeRiverLayer(): VectorLayer {
    const style = new Style({
      stroke: new Stroke({ color: PALETTE.river, width: 3.5 }),
      text: new Text({
        font: `italic 13px ${FONT_FAMILY}`,
        placement: "line",
        repeat: 600,
        fill: new Fill({ color: PALETTE.riverName }),
        stroke: new Stroke({ color: PALETTE.page, width: 3 }),
      }),
    });
    const layer = still(this.water, 1);
    layer.setDeclutter(true);
    layer.setStyle((feature) => {
      write(style, text(feature.get("name")), text(feature.get("name_en")));
      return style;
    });
    return layer;
  }

  /** Main roads and metro, 示意: for finding one's way, not for measuring. */
  private makeWayLayer(): VectorLayer {
    const styles = { road: wayStyle(PALETTE.road, 2.5), metro: wayStyle(PALETTE.metro, 2, [9, 5]) };
    const layer = still(this.ways, 2);
    layer.setDeclutter(true);
    layer.setStyle((feature, resolution) => {
      if (resolution > SCHEMATIC_RESOLUTION) return undefined;
      const style = feature.get("kind") === "metro" ? styles.metro : styles.road;
      write(style, text(feature.get("name")), text(feature.get("name_en")));
      return style;
    });
    return layer;
  }

  private makeNameLayer(): VectorLayer {
    const styles = { district: nameStyle(15, PALETTE.label, 0), place: nameStyle(12.5, PALETTE.place, -10) };
    const layer = still(this.names, ABOVE_POINTS);
    layer.setDeclutter(true);
    layer.setStyle((feature, resolution) => {
      const place = feature.get("kind") === "place";
      if (place ? resolution > PLACE_RESOLUTION : resolution < DISTRICT_RESOLUTION) return undefined;
      const style = place ? styles.place : styles.district;
      write(style, text(feature.get("zh")), text(feature.get("en")));
      return style;
    });
    return layer;
  }
}

type LngLat = readonly [number, number];

interface Place {
  readonly name: string;
  readonly name_en: string;
  readonly at: LngLat;
}

/** Named places, and where the urban heart of each district (by code) is: its name stands there. */
export interface PlaceFile {
  readonly places: readonly Place[];
  readonly centres: ReadonlyMap<string, LngLat>;
}

/** Reads `{"places": [{name, name_en, at}], "districts": [{code, center}]}`; skips what is malformed. */
export function readPlaces(json: unknown): PlaceFile {
  const { places, districts } = (json ?? {}) as { places?: unknown; districts?: unknown };
  return {
    places: rows(places).flatMap(({ name, name_en, at }) =>
      typeof name === "string" && isLngLat(at) ? [{ name, name_en: text(name_en), at }] : [],
    ),
    centres: new Map(
      rows(districts).flatMap(({ code, center }): [string, LngLat][] =>
        typeof code === "string" && isLngLat(center) ? [[code, center]] : [],
      ),
    ),
  };
}

type Row = Readonly<Record<string, unknown>>;

const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? (value as Row[]) : []);

const isLngLat = (value: unknown): value is LngLat =>
  Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number";

/**
 * A file of the base map, or null: the page works without it and says so. An answer that it is not
 * there is final; a server that is just being restarted is asked again.
 */
async function geoFile(path: string): Promise<unknown> {
  for (let attempt = 0; attempt < GEO_ATTEMPTS; attempt += 1) {
    try {
      return await getJson(path);
    } catch (error) {
      if (error instanceof HttpError && error.status < 500) return null;
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
    }
  }
  return null;
}

function still(source: VectorSource, zIndex: number, style?: Style): VectorLayer {
  return new VectorLayer({
    source,
    zIndex,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
    ...(style === undefined ? {} : { style }),
  });
}

function wayStyle(colour: string, width: number, lineDash?: number[]): Style {
  return new Style({
    stroke: new Stroke({ color: colour, width, ...(lineDash === undefined ? {} : { lineDash }) }),
    text: new Text({
      font: `11px ${FONT_FAMILY}`,
      placement: "line",
      repeat: 900,
      fill: new Fill({ color: PALETTE.roadName }),
      stroke: new Stroke({ color: PALETTE.page, width: 3 }),
    }),
  });
}

function nameStyle(size: number, colour: string, offsetY: number): Style {
  return new Style({
    text: new Text({
      font: `${size}px ${FONT_FAMILY}`,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: PALETTE.page, width: 3 }),
      offsetY,
    }),
  });
}

/** Puts a name into a style, in the language and at the text size of the screen. */
function write(style: Style, name: string, name_en: string): void {
  const label = style.getText();
  label?.setText(nameOf({ name, name_en }));
  label?.setScale(textScale());
}

function insideOf(geometry: Polygon | MultiPolygon): number[] {
  if (geometry instanceof Polygon) return geometry.getInteriorPoint().getCoordinates();
  const largest = geometry.getPolygons().reduce((a, b) => (b.getArea() > a.getArea() ? b : a));
  return largest.getInteriorPoint().getCoordinates();
}

function label(kind: "district" | "place", zh: string, en: string, at: number[]): Feature {
  return new Feature({ geometry: new Point(at), kind, zh, en });
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
