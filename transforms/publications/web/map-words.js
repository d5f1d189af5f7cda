"use strict";
// Words and elements: data comes into the page as text, and in no other way.
const hexbeat = {};

(function () {
  // Outline and dash differ too, so that no class is told by colour alone.
  const BANDS = {
    top_1pct: { label: "Top 1 % of the force’s cells", short: "top 1 %", share: 1, style: { fillColor: "#253494", color: "#000000", weight: 2.5 } },
    top_2pct: { label: "Next, to the top 2 %", short: "top 2 %", share: 2, style: { fillColor: "#2c7fb8", color: "#000000", weight: 1.5, dashArray: "5 3" } },
    top_5pct: { label: "Next, to the top 5 %", short: "top 5 %", share: 5, style: { fillColor: "#41b6c4", color: "#253494", weight: 1 } },
    top_20pct: { label: "Next, to the top 20 %", short: "top 20 %", share: 20, style: { fillColor: "#a1dab4", color: "#4a5260", weight: 0.75, dashArray: "1 3" } },
    rest: { label: "The rest of the cells listed", short: "below the top 20 %", share: 100, style: { fillColor: "#ffffcc", color: "#8a8f98", weight: 0.5 } },
  };

  const KINDS = {
    new: ["for the first time in the last month", "new"],
    consecutive: ["without a break in the newest months, after none before", "consecutive"],
    oscillating: ["now, though it was the opposite in some earlier month", "oscillating"],
    sporadic: ["now, on and off", "sporadic"],
    historical: ["in nine of ten months, but no longer", "historical"],
    intensifying: ["in nine of ten months, and growing more so", "intensifying"],
    diminishing: ["in nine of ten months, and growing less so", "diminishing"],
    persistent: ["in nine of ten months, with no trend", "persistent"],
  };

  const whole = new Intl.NumberFormat("en-GB");
  const tenths = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const byId = (id) => document.getElementById(id);

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function drawing(tag, attributes = {}, text = null) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== null) made.textContent = text;
    return made;
  }

  function button(text, act, attributes = {}) {
    const made = element("button", text, { type: "button", ...attributes });
    made.addEventListener("click", act);
    return made;
  }

  function monthName(month, { later = 0, short = false } = {}) {
    const [year, number] = month.split("-").map(Number);
    const date = new Date(Date.UTC(year, number - 1 + later, 1));
    const length = short ? "short" : "long";
    return date.toLocaleDateString("en-GB", { month: length, year: "numeric", timeZone: "UTC" });
  }

  // A count of fewer months than its window is not a low count: say so beside it.
  function count(value, months = null, of = null) {
    if (value === null) return "not supplied";
    const holes = months !== null && months < of;
    return holes ? `${whole.format(value)} (in ${months} of ${of} months)` : whole.format(value);
  }

  function expected(value) {
    if (value === null) return "not listed";
    if (value < 0.01) return "under 0.01";
    return value < 1 ? value.toFixed(2) : tenths.format(value);
  }

  function change(now, before) {
    if (now === null || before === null) return { mark: "", text: "no earlier score", way: "unknown" };
    const by = now - before;
    if (Math.abs(by) < 0.005) return { mark: "≈", text: "about the same", way: "same" };
    const much = expected(Math.abs(by));
    return by > 0 ? { mark: `▲ ${much}`, text: `up ${much}`, way: "up" } : { mark: `▼ ${much}`, text: `down ${much}`, way: "down" };
  }

  // A column's name as a heading: `policing_beat` is Policing beat.
  const heading = (name) => (name[0].toUpperCase() + name.slice(1)).replaceAll("_", " ");

  function classInWords(name) {
    if (name === null) return "No class: fewer than 10 of the last 12 months were supplied.";
    if (name === "none") return "No pattern: no significant run of hot or cold months.";
    const [kind, side] = name.split("_");
    const [words, label] = KINDS[kind];
    return `${label[0].toUpperCase()}${label.slice(1)} ${side} spot: ${side === "hot" ? "busier" : "quieter"} than chance, with its neighbours, ${words}.`;
  }

  Object.assign(hexbeat, { BANDS, whole, byId, element, drawing, button, monthName, count, expected, change, heading, classInWords });
})();
