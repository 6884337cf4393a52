import { getDistricts, getScenarios } from "./api/client";
import { emptyCity, type City, type LinkState } from "./city";
import { cityNow } from "./stream/cityClock";
import { backoffMs, SILENCE_MS } from "./stream/connection";
import { exposeFacts, type OwnFacts } from "./testFacts";
import { Feed, lineWorker, streamUrl } from "./stream/feed";
import { Travel } from "./travel";

/** Above this delay the data is called late although frames come. Our default. */
export const LATE_MS = 10_000;
/** Scenarios may be reloaded, fail or be quarantined while nothing else happens. */
const DECLARATIONS_MS = 20_000;
/** Clock, ages and connection state are looked at this often. */
const WATCH_MS = 250;

/** The composition root: lines, model, declarations and the clock that drives the page. */
export function startCity(): { city: City; travel: Travel } {
  const city = emptyCity();
  const redraw = redrawer(city);
  const own: OwnFacts = { firstFrameAt: null };
  const live: Feed = new Feed({
    url: streamUrl(window.location, "city"),
    query: { format: "columns" },
    worker: lineWorker(),
    onConnected: () => void loadDeclarations(city),
    onFrame: (feed) => {
      own.firstFrameAt ??= performance.now();
      if (feed.model === city.model) redraw();
    },
  });
  city.show(live.model);
  const travel = new Travel(city, live, redraw);
  exposeFacts(city, live, own);
  void loadDeclarations(city);
  setInterval(() => {
    if (!document.hidden) void loadDeclarations(city);
  }, DECLARATIONS_MS);
  setInterval(() => watch(city, live, travel.shown), WATCH_MS);
  window.addEventListener("online", () => live.retry());
  document.addEventListener("visibilitychange", () => {
    // What nobody sees is not sent; incidents come on.
    live.want(!document.hidden && !travel.active);
    if (document.hidden) return;
    live.retry();
    redraw();
  });
  return { city, travel };
}

/** Many frames, one redraw: on the next animation frame, and none at all in a hidden tab. */
function redrawer(city: City): () => void {
  let planned = false;
  let seen = { model: city.model, entities: -1, alerts: -1 };
  return () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      const { model } = city;
      const { entityRevision: entities, alertRevision: alerts } = model;
      const other = model !== seen.model;
      city.parts.value = model.parts;
      city.past.value = model.player;
      if (other || alerts !== seen.alerts) city.alertTick.value += 1;
      if (other || entities !== seen.entities) city.dataTick.value += 1;
      seen = { model, entities, alerts };
    });
  };
}

/** Looks at clocks and lines; `shown` is the line of what is on the screen. */
function watch(city: City, live: Feed, shown: Feed): void {
  city.now.value = cityNow(shown.model.clock, Date.now());
  city.rate.value = live.model.clock?.rate ?? 1;
  city.refetched.value = live.facts.refetched;
  city.unreadable.value = live.facts.unreadable;
  let waiting = 0;
  for (const { acknowledged } of live.model.alerts.values()) if (acknowledged === null) waiting += 1;
  city.liveWaiting.value = waiting;
  const silent = live.silentFor;
  const everLive = live.lastFrameAt !== null;
  const { delayMs, ready } = live.model;
  // The hub counts in city time; what an operator waits is real time.
  city.delayMs.value = delayMs === null ? null : delayMs / (city.rate.value || 1);
  const late = ready === false || (city.delayMs.value ?? 0) > LATE_MS;
  const state: LinkState = !everLive || silent > SILENCE_MS ? "down" : late ? "stale" : "live";
  const silentSeconds = state === "down" ? Math.floor(silent / 1000) : 0;
  const link = city.link.value;
  if (link.state === state && link.silentSeconds === silentSeconds && link.everLive === everLive) return;
  city.link.value = { state, silentSeconds, everLive };
}

/** Scenarios may be reloaded while the hub runs, so they are read again with each connection. */
export const loadDeclarations = oneAtATime(async (city: City) => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const [scenarios, districts] = await Promise.all([getScenarios(), getDistricts()]);
      // Looked at again and again: what is the same leaves everything that hangs on it alone.
      if (JSON.stringify(scenarios) !== JSON.stringify(city.scenarios.value)) city.scenarios.value = scenarios;
      city.districts.value = new Map(districts.map((each) => [each.code, each]));
      city.scenariosFailed.value = false;
      city.dataTick.value += 1;
      return;
    } catch {
      city.scenariosFailed.value = true; // said on the page; tried again until it works
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
    }
  }
});

function oneAtATime<T>(run: (argument: T) => Promise<void>): (argument: T) => Promise<void> {
  let running: Promise<void> | null = null;
  return (argument) => {
    running ??= run(argument).finally(() => {
      running = null;
    });
    return running;
  };
}
