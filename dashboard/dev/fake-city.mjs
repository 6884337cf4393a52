/**
 * A made-up city for looking at the page: car parks, areas and signs that move a little each
 * quarter second. The same seed gives the same city. Development only; nothing of it is shipped.
 */

const DISTRICTS = [
  ["210102", "和平区", "Heping", 123.401, 41.786],
  ["210103", "沈河区", "Shenhe", 123.44, 41.794],
  ["210104", "大东区", "Dadong", 123.464, 41.807],
  ["210105", "皇姑区", "Huanggu", 123.4, 41.82],
  ["210106", "铁西区", "Tiexi", 123.345, 41.786],
  ["210111", "苏家屯区", "Sujiatun", 123.336, 41.664],
  ["210112", "浑南区", "Hunnan", 123.453, 41.74],
  ["210113", "沈北新区", "Shenbei", 123.515, 42.05],
  ["210114", "于洪区", "Yuhong", 123.305, 41.794],
];

const AREAS = [
  ["zhongjie", "中街", "210103", 123.458, 41.802],
  ["taiyuanjie", "太原街", "210102", 123.399, 41.795],
  ["beizhan", "沈阳北站", "210103", 123.434, 41.818],
  ["aoti", "奥体中心", "210112", 123.456, 41.743],
  ["tiexi", "铁西广场", "210106", 123.374, 41.79],
  ["sanhao", "三好街", "210102", 123.417, 41.771],
  ["changbai", "长白岛", "210102", 123.405, 41.745],
];

const WORDS = ["大悦城", "商业城", "恒隆", "市民广场", "人民医院", "写字楼", "住宅", "地铁站", "体育馆", "文化宫"];

const LEVELS = [
  { name: "free", title: "空闲", title_en: "Free", tone: "normal" },
  { name: "tight", title: "紧张", title_en: "Tight", tone: "blue" },
  { name: "scarce", title: "紧缺", title_en: "Scarce", tone: "yellow" },
  { name: "full", title: "满位", title_en: "Full", tone: "orange" },
];

const field = (name, title, title_en, unit, kind) => ({ name, title, title_en, unit, kind });

export const SCENARIOS = [
  {
    name: "parking",
    title: "好停车",
    description: "",
    handlers: [],
    layers: [
      {
        name: "parking.lot",
        title: "停车场",
        title_en: "Car parks",
        geometry: "point",
        levels: LEVELS,
        fields: [
          field("availableSpotNumber", "空余泊位", "Free bays", "个", "number"),
          field("totalSpotNumber", "总泊位", "Bays", "个", "number"),
          field("occupancy", "占用率", "Occupancy", "", "percent"),
          field("areaName", "商圈", "Area", "", "text"),
        ],
      },
      {
        name: "parking.area",
        title: "商圈",
        title_en: "Areas",
        geometry: "none",
        levels: [
          { name: "normal", title: "正常", title_en: "Normal", tone: "normal" },
          { name: "saturated", title: "饱和", title_en: "Saturated", tone: "orange" },
        ],
        fields: [
          field("occupancy", "占用率", "Occupancy", "", "percent"),
          field("saturatedLots", "紧缺停车场", "Scarce lots", "个", "number"),
        ],
      },
      {
        name: "parking.sign",
        title: "诱导屏",
        title_en: "Guidance signs",
        geometry: "point",
        levels: [],
        fields: [field("text", "显示内容", "Text", "", "text")],
      },
    ],
    tiles: [
      { name: "parking.free", title: "剩余泊位", title_en: "Free bays", unit: "个", layer: "parking.lot", format: "number" },
      { name: "parking.occupancy", title: "泊位占用率", title_en: "Occupancy", unit: "", layer: "parking.lot", format: "percent" },
      { name: "parking.saturated", title: "饱和商圈", title_en: "Saturated areas", unit: "个", layer: "parking.area", format: "number" },
      { name: "parking.online", title: "停车场在线率", title_en: "Lots online", unit: "", layer: "parking.lot", format: "percent" },
    ],
  },
];

export const DISTRICT_ITEMS = DISTRICTS.map(([code, name, name_en, lng, lat]) => ({ code, name, name_en, center: [lng, lat] }));

/** mulberry32: a small seeded generator. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class FakeCity {
  constructor({ lots, seed, calm }) {
    this.random = generator(seed);
    this.calm = calm;
    this.entities = new Map();
    this.alerts = new Map();
    this.makeLots(lots);
    this.makeAreas();
    this.summarise(new Date().toISOString());
  }

  bell() {
    return (this.random() + this.random() + this.random() - 1.5) / 1.5;
  }

  put(entity) {
    const v = (this.entities.get(entity.id)?.v ?? 0) + 1;
    const whole = { stale: false, quality: [], level: null, district: null, at: null, ...entity, v };
    this.entities.set(whole.id, whole);
    return whole;
  }

  makeLots(count) {
    for (let n = 1; n <= count; n += 1) {
      const inArea = n <= AREAS.length * 8;
      const area = inArea ? AREAS[n % AREAS.length] : null;
      const [code, district, , dlng, dlat] = DISTRICTS[n % DISTRICTS.length];
      const spread = inArea ? 0.007 : code === "210113" ? 0.06 : 0.03;
      const at = [(area?.[3] ?? dlng) + this.bell() * spread * 1.3, (area?.[4] ?? dlat) + this.bell() * spread];
      const total = 40 + Math.floor(this.random() * 460);
      const title = n === 13 ? '<img src=x onerror="alert(1)">' : `${area?.[1] ?? district}${WORDS[n % WORDS.length]}停车场${Math.ceil(n / 10)}`;
      const share = this.calm ? 0.35 + this.random() * 0.3 : Math.min(1.02, 0.35 + this.random() * 0.62);
      const lot = { id: `parking.lot/lot-${String(n).padStart(4, "0")}`, layer: "parking.lot", at, district: area?.[2] ?? code, title };
      this.put({ ...lot, ...this.reading(total, Math.round(total * share), area?.[1] ?? null, n), time: new Date(Date.now() - this.random() * 60_000).toISOString() });
    }
  }

  reading(total, occupied, areaName, n) {
    const free = total - occupied;
    const share = free / total;
    const level = free <= 0 ? "full" : share < 0.1 ? "scarce" : share < 0.3 ? "tight" : "free";
    return {
      level,
      stale: n % 37 === 0,
      quality: occupied > total ? ["over-capacity"] : [],
      data: { availableSpotNumber: free, totalSpotNumber: total, occupiedSpotNumber: occupied, occupancy: occupied / total, areaName, simulated: true },
    };
  }

  makeAreas() {
    const time = new Date().toISOString();
    for (const [key, name, district, lng, lat] of AREAS) {
      const saturated = !this.calm && (key === "zhongjie" || key === "beizhan");
      this.put({
        id: `parking.area/${key}`, layer: "parking.area", at: [lng, lat], district, title: `${name}商圈`, time,
        level: saturated ? "saturated" : "normal", data: { occupancy: saturated ? 0.964 : 0.71, saturatedLots: saturated ? 6 : 1 },
      });
      this.put({ id: `parking.sign/sign-${key}`, layer: "parking.sign", at: [lng + 0.006, lat - 0.003], district, title: `${name}路口诱导屏`, time, data: { text: "中街大悦城 120 · 350 米" } });
    }
    if (this.calm) return;
    this.raise("zhongjie", "red", "中街商圈停车饱和", 14, null);
    this.raise("beizhan", "orange", "沈阳北站商圈停车饱和", 7, null);
    this.raise("aoti", "yellow", "奥体中心停车场数据中断", 31, null);
    this.raise("tiexi", "blue", "铁西广场停车紧张", 3, null, 2);
    this.raise("taiyuanjie", "orange", "太原街商圈停车饱和", 52, { by: "operator", at: new Date(Date.now() - 40 * 60_000).toISOString(), opinion: "已通知停车管理所疏导" });
  }

  raise(key, level, title, minutes, acknowledged, clearedMinutes) {
    const [, name, district, lng, lat] = AREAS.find((each) => each[0] === key);
    const time = (ago) => new Date(Date.now() - ago * 60_000).toISOString();
    const alert = {
      id: `parking/saturated/${key}#3`, scenario: "parking", kind: "saturated", kind_title: "商圈饱和", place: key, occurrence: 3,
      previous: `parking/saturated/${key}#2`, level, title, text: `${name}商圈 8 个停车场中 6 个占用率连续 10 分钟不低于 95%。`,
      at: [lng, lat], district, entity: `parking.area/${key}`, raised: time(minutes), updated: time(minutes),
      cleared: clearedMinutes === undefined ? null : time(clearedMinutes), acknowledged, assessment: null, version: 7, exercise: false,
    };
    this.alerts.set(alert.id, alert);
    return alert;
  }

  /** Moves some lots; returns what changed. */
  step() {
    const time = new Date().toISOString();
    const changed = new Map();
    const lots = [...this.entities.values()].filter((each) => each.layer === "parking.lot");
    for (let turn = 0; turn < 6; turn += 1) {
      const index = Math.floor(this.random() * lots.length);
      const lot = lots[index];
      const { totalSpotNumber: total, occupiedSpotNumber: occupied, areaName } = lot.data;
      const next = Math.min(total + 4, Math.max(0, occupied + Math.round((this.random() - 0.5) * 6)));
      const n = Number(lot.id.slice(-4));
      if (n % 37 === 0) continue;
      changed.set(lot.id, this.put({ ...lot, ...this.reading(total, next, areaName, n), time }));
    }
    for (const tile of this.summarise(time)) changed.set(tile.id, tile);
    return [...changed.values()];
  }

  summarise(time) {
    const lots = [...this.entities.values()].filter((each) => each.layer === "parking.lot");
    const live = lots.filter((each) => !each.stale);
    const sum = (name) => live.reduce((total, each) => total + each.data[name], 0);
    const stale = lots.length - live.length;
    const tile = (name, value, of = live.length, late = stale) =>
      this.put({ id: `tile/${name}`, layer: "tile", title: name, time, data: { value, of, stale: late } });
    return [
      tile("parking.free", sum("availableSpotNumber")),
      tile("parking.occupancy", sum("occupiedSpotNumber") / sum("totalSpotNumber")),
      tile("parking.saturated", this.calm ? 0 : 2, AREAS.length, 0),
      tile("parking.online", live.length / lots.length),
    ];
  }
}
