"use strict";
// Words and elements: data is added to the page as text only, never as HTML.
const hexbeat = {};

(function () {
  // Outline and dash differ too, so that no band depends on colour alone.
  const BANDS = {
    top_1pct: {
      label: "Top 1 %",
      short: "top 1 %",
      share: 1,
      style: { fillColor: "#253494", color: "#000000", weight: 2.5 },
    },
    top_2pct: {
      label: "Top 1–2 %",
      short: "top 1–2 %",
      share: 2,
      style: { fillColor: "#2c7fb8", color: "#000000", weight: 1.5, dashArray: "5 3" },
    },
    top_5pct: {
      label: "Top 2–5 %",
      short: "top 2–5 %",
      share: 5,
      style: { fillColor: "#41b6c4", color: "#253494", weight: 1 },
    },
    top_20pct: {
      label: "Top 5–20 %",
      short: "top 5–20 %",
      share: 20,
      style: { fillColor: "#a1dab4", color: "#4a5260", weight: 0.75, dashArray: "1 3" },
    },
    rest: {
      label: "The rest",
      short: "below the top 20 %",
      share: 100,
      style: { fillColor: "#ffffcc", color: "#8a8f98", weight: 0.5 },
    },
  };

  const KINDS = {
    new: "for the first time in the last month",
    consecutive: "without a break in the newest months, after none before",
    oscillating: "now, though it was the opposite in some earlier month",
    sporadic: "now, on and off",
    historical: "in nine of ten months, but no longer",
    intensifying: "in nine of ten months, and growing more so",
    diminishing: "in nine of ten months, and growing less so",
    persistent: "in nine of ten months, with no trend",
  };

  const whole = new Intl.NumberFormat("en-GB");
  const tenths = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const byId = (id) => document.getElementById(id);

  function element(tag, text, attributes = {}) {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  }

  function drawing(tag, attributes = {}, text = null) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== null) node.textContent = text;
    return node;
  }

  // An entry of a list: a number, a title with small print, and a figure with another.
  function entry(number, title, small, [figure, mark, text, way], act, attributes) {
    const choice = button(undefined, act, { "aria-pressed": "false", ...attributes });
    const middle = element("span", title);
    middle.append(element("small", small.filter((one) => one).join(", ")));
    const right = element("span", figure);
    if (mark) right.append(element("small", mark, { "aria-hidden": "true", class: way }));
    if (text) right.append(element("span", `, ${text}`, { class: "unseen" }));
    choice.append(element("span", number), middle, right);
    const item = element("li");
    item.append(choice);
    return item;
  }

  function button(text, act, attributes = {}) {
    const node = element("button", text, { type: "button", ...attributes });
    node.addEventListener("click", act);
    return node;
  }

  // What differs between a page of months and one of days; `clock` is that of this page.
  const MONTHS = {
    period: "month",
    year: 12,
    before: 12,
    listed: "36 months",
    next: "next month",
    count: "Next month’s count",
    likeThis: "months like this",
    recent: null,
    mixed: "12 months",
    noClass: "fewer than 10 of the last 12 months were supplied on the same map points",
    step: "month",
    columns: {},
  };
  const DAYS = {
    period: "day",
    year: 365,
    before: 28,
    listed: "365 days",
    recent: 7,
    mixed: "28 days",
    noClass: "fewer than 10 of the last twelve 28-day steps were supplied in full",
    step: "28-day step",
    columns: {
      n_1m: "n_7d",
      n_12m: "n_365d",
      n_prev_12m: "n_prev_28d",
      months_12m: "days_365d",
      expected_12m: "expected_365d",
      lsoa21cd: null, // a force's own feed has none
    },
  };
  const clock = { ...MONTHS };

  function setClock({ unit, term }) {
    if (unit === "months") return;
    const [next, like] = term === 1 ? ["next day", "days"] : [`next ${term} days`, `periods of ${term} days`];
    Object.assign(clock, DAYS, {
      term,
      next: `the ${next}`,
      count: `The count of the ${next}`,
      likeThis: `${like} like this`,
    });
  }

  // A month, or a day: so many of them later.
  function periodName(period, { later = 0 } = {}) {
    const [year, month, day] = period.split("-").map(Number);
    const isDay = day !== undefined;
    const date = isDay
      ? new Date(Date.UTC(year, month - 1, day + later))
      : new Date(Date.UTC(year, month - 1 + later, 1));
    const written = { month: "long", year: "numeric", timeZone: "UTC" };
    return date.toLocaleDateString("en-GB", isDay ? { ...written, day: "numeric" } : written);
  }

  // When what is forecast at an as-of falls due: `in March 2026`, `on 30 March 2026`.
  function nextName(asOf) {
    const first = periodName(asOf, { later: 1 });
    if (clock.term === undefined) return `in ${first}`;
    return clock.term > 1 ? `in the ${clock.term} days from ${first}` : `on ${first}`;
  }

  // A count of fewer periods than its window is not a low count, so name the periods.
  function count(value, periods = null, of = null) {
    if (value === null) return "not supplied";
    const hasGaps = periods !== null && periods < of;
    return hasGaps ? `${whole.format(value)} (in ${periods} of ${of} ${clock.period}s)` : whole.format(value);
  }

  // One decimal everywhere.
  function expected(value) {
    if (value === null) return "not listed";
    return value < 0.05 ? "under 0.1" : tenths.format(value);
  }

  function change(now, before) {
    if (now === null || before === null) return { mark: "", text: "no earlier score", way: "unknown" };
    const by = now - before;
    if (Math.abs(by) < 0.05) return { mark: "≈", text: "about the same", way: "same" };
    const much = expected(Math.abs(by));
    return by > 0
      ? { mark: `▲ ${much}`, text: `up ${much}`, way: "up" }
      : { mark: `▼ ${much}`, text: `down ${much}`, way: "down" };
  }

  // A column's name as a heading: `policing_beat` is Policing beat.
  const heading = (name) => (name[0].toUpperCase() + name.slice(1)).replaceAll("_", " ");

  function classInWords(name) {
    if (name === null) return `No class: ${clock.noClass}.`;
    if (name === "none") return `No pattern: no significant run of hot or cold ${clock.step}s.`;
    const [kind, side] = name.split("_");
    return `${kind[0].toUpperCase()}${kind.slice(1)} ${side} spot: ${side === "hot" ? "busier" : "quieter"} than chance, with its neighbours, ${KINDS[kind].replaceAll("month", clock.step)}.`;
  }

  // Beside a point, and within the map.
  function placeBeside(box, { x, y }, size) {
    const left = x + 16 + box.offsetWidth > size.x ? x - 12 - box.offsetWidth : x + 16;
    const top = Math.min(y + 14, size.y - box.offsetHeight - 4);
    box.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }

  Object.assign(hexbeat, {
    placeBeside,
    BANDS,
    whole,
    byId,
    element,
    drawing,
    button,
    entry,
    clock,
    setClock,
    periodName,
    nextName,
    count,
    expected,
    change,
    heading,
    classInWords,
  });
})();
