/** Web Mercator (EPSG:3857), degrees to metres. */
const RADIUS = 6_378_137;
const RADIANS = Math.PI / 180;

export const mercatorX = (lng: number): number => RADIUS * lng * RADIANS;

export const mercatorY = (lat: number): number => RADIUS * Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2));

/** How much longer a metre on the ground is on the map, at a latitude. */
export const stretch = (lat: number): number => 1 / Math.cos(lat * RADIANS);
