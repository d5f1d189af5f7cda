"use strict";
(function () {
  // More polygons than this make panning stutter on an office laptop.
  const MOST = 6000;
  const LISTED = 25;
  // Below this radius in pixels a hexagon is a smudge of outlines: a dot is drawn.
  const SMALLEST = 3;
  const DOT = 1.75;
  // Below this the chosen hexagon is ringed from outside, or the ring would cover it.
  const ROOMY = 16;
  const NAMES_TO_ZOOM = 11;
  const ENGLAND_AND_WALES = [[49.9, -6.4], [55.8, 1.8]];

  // Outline and dash differ too, so that no class is told by colour alone.
  const BANDS = {
    top_1pct: { label: "Top 1 % of the force’s cells", short: "Top 1 %", style: { fillColor: "#253494", color: "#000000", weight: 2.5 } },
    top_2pct: { label: "Next, to the top 2 %", short: "Top 2 %", style: { fillColor: "#2c7fb8", color: "#000000", weight: 1.5, dashArray: "5 3" } },
    top_5pct: { label: "Next, to the top 5 %", short: "Top 5 %", style: { fillColor: "#41b6c4", color: "#253494", weight: 1 } },
    top_20pct: { label: "Next, to the top 20 %", short: "Top 20 %", style: { fillColor: "#a1dab4", color: "#4a5260", weight: 0.75, dashArray: "1 3" } },
    rest: { label: "The rest of the cells listed", short: "Below the top 20 %", style: { fillColor: "#ffffcc", color: "#8a8f98", weight: 0.5 } },
  };

  const byId = (id) => document.getElementById(id);
  const whole = new Intl.NumberFormat("en-GB");

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function monthName(month, later = 0) {
    const [year, number] = month.split("-").map(Number);
    const date = new Date(Date.UTC(year, number - 1 + later, 1));
    return date.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
  }

  // A count of fewer months than its window is not a low count: say so beside it.
  function count(value, months = null, of = null) {
    if (value === null) return "not supplied";
    const holes = months !== null && months < of;
    return holes ? `${whole.format(value)} (in ${months} of ${of} months)` : whole.format(value);
  }

  function expected(value) {
    if (value < 0.01) return "under 0.01";
    return value < 1 ? value.toFixed(2) : value.toFixed(1);
  }

  async function unpack(holder) {
    if (!("DecompressionStream" in window)) {
      throw new Error("this browser is too old to unpack the cells (it has no DecompressionStream).");
    }
    const bytes = Uint8Array.from(atob(holder.textContent), (letter) => letter.charCodeAt(0));
    holder.remove();
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  }

  function ranked(data) {
    const { score_rank: rank, force } = data.columns;
    const share = rank.map((value, row) => value / data.forces[force[row]].universe_cells);
    // By share and not by rank, or a small force's cells would crowd out a large one's.
    return rank.map((_, row) => row).sort((a, b) => share[a] - share[b] || rank[a] - rank[b] || a - b);
  }

  function place(data) {
    const ids = data.columns.h3_cell;
    const lat = new Float64Array(ids.length);
    const lng = new Float64Array(ids.length);
    const rowsOf = new Map();
    const resolutions = new Set();
    ids.forEach((id, row) => {
      [lat[row], lng[row]] = h3.cellToLatLng(id);
      resolutions.add(h3.getResolution(id));
      // A cell on a border is ranked by both forces, so a cell may have several rows.
      if (rowsOf.has(id)) rowsOf.get(id).push(row);
      else rowsOf.set(id, [row]);
    });
    return { lat, lng, rowsOf, resolutions: [...resolutions].sort((a, b) => b - a) };
  }

  function start(data) {
    const cells = data.columns;
    const order = ranked(data);
    const { lat, lng, rowsOf, resolutions } = place(data);
    const bandOf = (row) => BANDS[data.bands[cells.score_band[row]]];
    const forceOf = (row) => data.forces[cells.force[row]];
    const word = (name, row) => (cells[name][row] === null ? null : data.words[name][cells[name][row]]);
    const titleOf = (row) => word("place_label", row) ?? `Cell ${cells.h3_cell[row]}`;
    let chosenForce = null;
    let chosenRow = null;
    let dots = [];

    const map = L.map("map", {
      attributionControl: false, maxZoom: 17, minZoom: 5, zoomSnap: 0.5, zoomDelta: 1,
      renderer: L.canvas({ padding: 0.05 }),
      zoomAnimation: false, fadeAnimation: false, inertia: false,
    });
    const drawn = L.layerGroup().addTo(map);
    const highlight = L.layerGroup().addTo(map);
    L.control.scale({ maxWidth: 140 }).addTo(map);

    function ofForce(row) {
      return chosenForce === null || cells.force[row] === chosenForce;
    }

    function frame(keep) {
      const rows = order.filter(keep);
      if (rows.length === 0) return L.latLngBounds(ENGLAND_AND_WALES);
      // A few incidents lie far from their force: they must not shrink all the others.
      const strays = Math.floor(rows.length / 500);
      const [north, east] = [lat, lng].map((values) => {
        const sorted = Float64Array.from(rows, (row) => values[row]).sort();
        return [sorted[strays], sorted[rows.length - 1 - strays]];
      });
      return L.latLngBounds([[north[0], east[0]], [north[1], east[1]]]).pad(0.05);
    }

    function edgeMetres() {
      return resolutions.length ? h3.getHexagonEdgeLengthAvg(resolutions[resolutions.length - 1], "m") : 1;
    }

    function pixelsPerEdge() {
      const middle = map.getSize().divideBy(2);
      const beside = map.containerPointToLatLng(middle.add([100, 0]));
      return (edgeMetres() * 100) / map.distance(map.containerPointToLatLng(middle), beside);
    }

    function inView() {
      const box = map.getBounds();
      // A hexagon shows while its centre is up to an edge outside the view.
      const up = edgeMetres() / 111000, along = up * 2;
      const [south, north] = [box.getSouth() - up, box.getNorth() + up];
      const [west, east] = [box.getWest() - along, box.getEast() + along];
      return order.filter((row) => lat[row] > south && lat[row] < north
        && lng[row] > west && lng[row] < east && ofForce(row));
    }

    function draw() {
      const rows = inView();
      const shown = rows.slice(0, MOST);
      const edge = pixelsPerEdge();
      const small = edge < SMALLEST;
      drawn.clearLayers();
      // Highest last, so that it lies on top.
      for (let i = shown.length - 1; i >= 0; i--) drawn.addLayer(small ? dot(shown[i], Math.max(DOT, edge)) : hexagon(shown[i]));
      dots = small ? shown : [];
      markChosen();
      say(rows.length, shown.length, small);
    }

    function hexagon(row) {
      return L.polygon(h3.cellToBoundary(cells.h3_cell[row]), { ...bandOf(row).style, fillOpacity: 0.85, interactive: false });
    }

    function dot(row, radius) {
      const { fillColor, color } = bandOf(row).style;
      // Only a pale dot needs an outline; on the others it would hide the neighbours.
      const weight = fillColor === BANDS.rest.style.fillColor ? 0.5 : 0;
      return L.circleMarker([lat[row], lng[row]], { radius, fillColor, color, weight, stroke: weight > 0, fillOpacity: 1, interactive: false });
    }

    function markChosen() {
      highlight.clearLayers();
      if (chosenRow === null) return;
      // Red on a white halo stands out on every band.
      const edge = pixelsPerEdge();
      for (const line of [{ color: "#ffffff", weight: 8 }, { color: "#b3261e", weight: 4 }]) {
        const ring = { ...line, fill: false, interactive: false };
        highlight.addLayer(edge < ROOMY
          ? L.circleMarker([lat[chosenRow], lng[chosenRow]], { ...ring, radius: Math.max(8, edge + 4) })
          : L.polygon(h3.cellToBoundary(cells.h3_cell[chosenRow]), ring));
      }
    }

    function say(all, shown, small) {
      const scale = small && all > 0 ? " Each dot is one cell." : "";
      const note = chosenForce === null ? null : data.forces[chosenForce].note;
      byId("status").textContent = (all === 0 ? "No cells in view." : shown < all
        ? `Showing the ${whole.format(shown)} highest-ranked of ${whole.format(all)} cells in view; zoom in for the rest.`
        : `Showing all ${whole.format(all)} cells in view.`) + scale + (note ? ` ${note}` : "");
    }

    function nearestDot(point) {
      let nearest = null, least = 10;
      for (const row of dots) {
        const away = map.latLngToContainerPoint([lat[row], lng[row]]).distanceTo(point);
        if (away < least) [nearest, least] = [row, away];
      }
      return nearest === null ? [] : rowsOf.get(cells.h3_cell[nearest]);
    }

    function rowsAt({ latlng, containerPoint }) {
      if (dots.length) return nearestDot(containerPoint).filter(ofForce);
      for (const resolution of resolutions) {
        const rows = rowsOf.get(h3.latLngToCell(latlng.lat, latlng.lng, resolution));
        if (rows) return rows.filter(ofForce);
      }
      return [];
    }

    function choose(rows) {
      chosenRow = rows.length ? rows[0] : null;
      byId("panel-title").textContent = rows.length ? titleOf(rows[0]) : "No cell here";
      byId("panel-body").replaceChildren(...(rows.length
        ? rows.flatMap((row, i) => (i ? [element("hr"), ...numbers(row)] : numbers(row)))
        : [element("p", "No cell is listed here for this choice of forces: no incident of this group in 36 months and outside the force’s top 5 %, or outside the area that was ranked.")]));
      for (const button of byId("top").querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.row) === chosenRow));
      }
      markChosen();
    }

    function forget() {
      chosenRow = null;
      byId("panel-title").textContent = "No cell chosen";
      byId("panel-body").replaceChildren(element("p", "Choose a cell on the map or in the list to see its numbers."));
    }

    function numbers(row) {
      const force = forceOf(row);
      const { score, score_lo: lo, score_hi: hi, score_rank: rank } = cells;
      const big = element("p", `${expected(score[row])} incidents`, { class: "big" });
      const range = lo[row] === null || hi[row] === null ? "No interval was computed."
        : `Next month’s count should lie between ${whole.format(lo[row])} and ${whole.format(hi[row])} in 95 of 100 months like this.`;
      const list = element("dl");
      const pairs = [
        ["Force", force.name],
        ["Rank", `${whole.format(rank[row])} of ${whole.format(force.universe_cells)} cells`],
        ["Band", bandOf(row).short],
        [monthName(data.as_of), count(cells.n_1m[row])],
        ["Last 3 months", count(cells.n_3m[row], force.months_3m, 3)],
        ["Last 12 months", count(cells.n_12m[row], force.months_12m, 12)],
        ["Last 36 months", count(cells.n_36m[row], force.months_36m, 36)],
        ["The 12 before", count(cells.n_prev_12m[row], force.months_prev_12m, 12)],
        ["Supplied", `${force.months_12m} of the last 12 months, newest ${force.newest_month ? monthName(force.newest_month) : "none"}`],
        ["LSOA 2021", word("lsoa21cd", row) ?? "not known"],
        ["Cell", cells.h3_cell[row]],
      ];
      for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
      const parts = [element("p", `Expected in ${monthName(data.as_of, 1)}`), big, element("p", range), list];
      if (force.note) parts.push(element("p", force.note, { class: "alert" }));
      return parts;
    }

    function goTo(row) {
      map.setView([lat[row], lng[row]], Math.max(map.getZoom(), 14), { animate: false });
      choose([row]);
      const back = element("button", "Back to the list", { type: "button" });
      back.addEventListener("click", () => byId("top").querySelector(`[data-row="${row}"]`)?.focus());
      byId("panel-body").append(back);
      byId("panel-title").focus();
    }

    function list() {
      const { score } = cells;
      // Within a force the order of ranks; across forces only the score compares.
      const rows = order.filter(ofForce);
      if (chosenForce === null) rows.sort((a, b) => score[b] - score[a] || a - b);
      const where = chosenForce === null ? "all forces" : data.forces[chosenForce].name;
      byId("cells-title").textContent = `Highest ${Math.min(LISTED, rows.length)} cells, ${where}`;
      byId("top").replaceChildren(...rows.slice(0, LISTED).map(item));
    }

    function item(row, i) {
      const button = element("button", undefined, { type: "button", "data-row": row, "aria-pressed": row === chosenRow });
      const middle = element("span", titleOf(row));
      const rank = `rank ${whole.format(cells.score_rank[row])}`;
      middle.append(element("small", chosenForce === null ? `${forceOf(row).name}, ${rank}` : rank));
      button.append(element("span", `${i + 1}.`), middle, element("span", expected(cells.score[row])));
      button.addEventListener("click", () => goTo(row));
      const entry = element("li");
      entry.append(button);
      return entry;
    }

    function nameForces() {
      const sums = data.forces.map(() => [0, 0, 0]);
      for (const row of order) {
        const sum = sums[cells.force[row]];
        sum[0] += lat[row]; sum[1] += lng[row]; sum[2] += 1;
      }
      const named = data.forces.map(({ name }, code) => ({ name, code, sum: sums[code] })).filter(({ sum }) => sum[2]);
      named.sort((a, b) => b.sum[2] - a.sum[2]);
      return named.map(({ name, code, sum: [north, east, n] }) => {
        const html = element("span", name);
        const icon = L.divIcon({ className: "force-name", html, iconSize: [0, 0] });
        const marker = L.marker([north / n, east / n], { icon, interactive: false, keyboard: false });
        return { code, marker: marker.addTo(map) };
      });
    }

    function keepNamesApart(names) {
      const taken = [];
      for (const { code, marker } of names) {
        const holder = marker.getElement();
        const other = chosenForce !== null && code !== chosenForce;
        holder.classList.toggle("hidden", other || map.getZoom() > NAMES_TO_ZOOM);
        const box = holder.firstElementChild.getBoundingClientRect();
        const clash = taken.some((by) => box.left < by.right && by.left < box.right
          && box.top < by.bottom && by.top < box.bottom);
        if (clash) holder.classList.add("hidden");
        else if (box.width) taken.push(box);
      }
    }

    function showForce() {
      const value = byId("force").value;
      chosenForce = value === "" ? null : Number(value);
      if (chosenRow !== null && !ofForce(chosenRow)) forget();
      list();
      map.fitBounds(frame(ofForce), { animate: false });
      keepNamesApart(names);
      draw();
    }

    data.forces.forEach((force, i) => byId("force").append(element("option", force.name, { value: i })));
    for (const band of data.bands) byId("bands").append(legend(BANDS[band]));
    forget();
    list();
    map.fitBounds(frame(() => true), { animate: false });
    const names = nameForces();
    keepNamesApart(names);
    draw();
    map.on("moveend resize", draw);
    map.on("zoomend resize", () => keepNamesApart(names));
    map.on("click", (event) => {
      choose(rowsAt(event));
      byId("panel").scrollIntoView({ block: "nearest" });
    });
    byId("force").addEventListener("change", showForce);
  }

  function legend({ label, style: { fillColor, color, weight, dashArray } }) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const hexagon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    const shape = { points: "13,2 23,8 23,20 13,26 3,20 3,8", fill: fillColor, stroke: color, "stroke-width": weight, "stroke-dasharray": dashArray ?? "none" };
    for (const [name, value] of Object.entries(shape)) hexagon.setAttribute(name, value);
    for (const [name, value] of Object.entries({ width: 26, height: 28, "aria-hidden": true })) svg.setAttribute(name, value);
    svg.append(hexagon);
    const entry = element("li");
    entry.append(svg, element("span", label));
    return entry;
  }

  async function open() {
    const state = document.documentElement.dataset;
    try {
      start(await unpack(byId("payload")));
      for (const time of document.querySelectorAll("time")) time.textContent = monthName(time.textContent);
      state.map = "ready";
      performance.mark("map-ready");
    } catch (error) {
      state.map = "failed";
      byId("status").className = "alert";
      byId("status").textContent = `The map could not be drawn: ${error.message}`;
      throw error;
    }
  }

  open();
})();
