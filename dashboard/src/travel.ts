import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from "vue";
import type { City } from "./city";
import { Feed, lineWorker, streamUrl } from "./stream/feed";
import type { Request } from "./stream/protocol";

/** 历史回放: the city as it was, out of the archive, while the living one goes on unseen. */
export class Travel {
  private past: Feed | null = null;
  /** Whether the past is shown. */
  readonly on: ShallowRef<boolean> = shallowRef(false);

  constructor(
    private readonly city: City,
    private readonly live: Feed,
    private readonly redraw: () => void,
  ) {}

  get active(): boolean {
    return this.past !== null;
  }

  /** The line of what is on the screen. */
  get shown(): Feed {
    return this.past ?? this.live;
  }

  /** Shows the city as it was; `at` in ms. Telemetry of the living one stops, its incidents come on. */
  go(at: number): void {
    if (this.past !== null) {
      this.say({ kind: "seek", at: new Date(at).toISOString() });
      return;
    }
    this.live.want(false);
    this.past = new Feed({
      url: streamUrl(window.location, "history"),
      query: { at: new Date(at).toISOString() },
      worker: lineWorker(),
      onFrame: () => this.redraw(),
    });
    this.on.value = true;
    this.city.show(this.past.model);
  }

  say(request: Request): void {
    this.past?.say(request);
  }

  /** 回到实时. */
  end(): void {
    this.past?.close();
    this.past = null;
    this.on.value = false;
    this.live.want(!document.hidden);
    this.city.past.value = null;
    this.city.show(this.live.model);
    this.redraw();
  }
}

const KEY: InjectionKey<Travel> = Symbol("travel");

export const provideTravel = (travel: Travel): void => provide(KEY, travel);

/** Null where a component is shown without a page around it. */
export const useTravel = (): Travel | null => inject(KEY, null);
