"use strict";
// The ground under the cells: land and borders, or the user's basemap, and the names of places.
(function () {
  const QUANTUM = 1e-5;
  // Pale, so that no cell is mistaken for ground; the lowest layer first.
  const STYLES = {
    land: { fillColor: "#f7f6f1" },
    sea: { fillColor: "#dde7ee" },
    foreshore: { fillColor: "#ecebe2" },
    national_parks: { fillColor: "#eff3e8" },
    urban_areas: { fillColor: "#e6e6e8" },
    woodland: { fillColor: "#e1eadb" },
    greenspace: { fillColor: "#e3eddc" },
    surfacewater: { fillColor: "#d3e1eb" },
    waterlines: { color: "#b3cbdc", weight: 1 },
    rail: { color: "#85898f", weight: 1, dashArray: "6 3" },
    roads_regional: { color: "#a89f8c", weight: 1.25 },
    roads_national: { color: "#8d7d5c", weight: 2 },
    authorities: { color: "#b9bec6", weight: 1 },
    forces: { color: "#7d838d", weight: 2 },
    boundary: { color: "#3b3f46", weight: 1.5, dashArray: "8 4" },
  };
  // The zoom from which names are shown, by rank: cities, towns, villages.
  const NAMED_FROM = [0, 9, 12];
  const MOST_NAMES = 200;
  // The dot of a station and its margin, as in the style sheet.
  const DOT_PX = 10;
  // Neighbours are consecutive: this many are drawn, or skipped, as one.
  const TOGETHER = 40;

  // `labels` has the streets and venues of a page; the public page has none.
  function groundOf(map, ground, labels = null) {
    if (ground !== null) draw(map, ground);
    const written = L.layerGroup().addTo(map);
    let latest = { key: null, names: [] };
    // What a search has led to stands first, so that no other name hides it.
    function here(sought) {
      const first = sought === null ? [] : [{ ...sought, className: "place-label sought", kind: "sought" }];
      if (ground?.tiles) return first; // tiles have names of their own
      const names = [...first, ...placesIn(map, ground?.names ?? [])];
      if (labels === null) return names;
      const bounds = map.getBounds();
      return [...names, ...labels.inView(bounds, map.getZoom(), MOST_NAMES - names.length)];
    }
    return {
      names(sought = null) {
        const key = `${map.getBounds().toBBoxString()} ${sought?.place}`;
        if (key !== latest.key) latest = { key, names: write(here(sought), written) };
        return latest.names;
      },
    };
  }

  function draw(map, ground) {
    // below Leaflet's own pane of shapes, which has 400
    const pane = map.createPane("ground");
    pane.style.zIndex = 350;
    pane.style.pointerEvents = "none";
    const renderer = L.canvas({ pane: "ground", padding: 0.05 });
    if (ground.tiles) cover(map, ground.tiles);
    for (const [name, kind, shapes] of ground.layers) {
      const chain = { x: 0, y: 0 };
      const placed = shapes.map((rings) => rings.map((ring) => placesOf(ring, chain)));
      for (let at = 0; at < placed.length; at += TOGETHER) {
        map.addLayer(shapeOf(kind, STYLES[name], placed.slice(at, at + TOGETHER), renderer));
      }
    }
  }

  // Over the ground, which still shows where a tile does not load.
  function cover(map, address) {
    map.createPane("tiles").style.zIndex = 360;
    map.getPane("tiles").style.pointerEvents = "none";
    map.addLayer(L.tileLayer(address, { pane: "tiles", maxZoom: 19, keepBuffer: 1 }));
  }

  // A chain of steps, starting at the last point of the previous ring.
  function placesOf(ring, chain) {
    const places = [];
    for (let i = 0; i < ring.length; i += 2) {
      chain.x += ring[i];
      chain.y += ring[i + 1];
      places.push([chain.y * QUANTUM, chain.x * QUANTUM]);
    }
    return places;
  }

  function shapeOf(kind, style, shapes, renderer) {
    const shared = { renderer, pane: "ground", interactive: false };
    if (kind === "line") return L.polyline(shapes.flat(), { ...shared, ...style });
    return L.polygon(shapes, { ...shared, ...style, stroke: false, fillOpacity: 1, fillRule: "nonzero" });
  }

  // The largest places in view, in order.
  function placesIn(map, names) {
    const bounds = map.getBounds();
    const shown = names.filter(
      ([rank, , lng, lat]) => map.getZoom() >= NAMED_FROM[rank] && bounds.contains([lat, lng]),
    );
    return shown
      .slice(0, MOST_NAMES)
      .map(([rank, name, lng, lat]) => ({ name, place: [lat, lng], className: `place-name rank-${rank}` }));
  }

  // Overlapping names are hidden later.
  function write(names, written) {
    written.clearLayers();
    return names.map(({ name, place, className, kind = "town" }) => {
      const icon = L.divIcon({ className, html: hexbeat.element("span", name), iconSize: [0, 0] });
      const marker = L.marker(place, { icon, interactive: false, keyboard: false });
      written.addLayer(marker);
      return { code: null, marker, kind };
    });
  }

  // Hides each name that overlaps one before it; `fixed` are there in any case. All are
  // measured before any is hidden: the page is laid out once, and not for each.
  function hideOverlaps(holders, fixed = []) {
    const taken = [];
    const isFree = (edges) =>
      !taken.some(
        (by) => edges.left < by.right && by.left < edges.right && edges.top < by.bottom && by.top < edges.bottom,
      );
    const measured = holders.map((holder) => [holder, holder.firstElementChild.getBoundingClientRect()]);
    for (const [holder, below] of measured) {
      const { left, right, top, bottom, width, height } = below;
      // a station's name may stand above its dot instead, and a town's above its place
      const rise = holder.classList.contains("station") ? height - DOT_PX : height;
      const above = { left, right, top: top - rise, bottom: bottom - rise };
      if (fixed.includes(holder) || isFree(below)) {
        if (width) taken.push(below);
      } else if (holder.matches(".station, .place-name") && isFree(above)) {
        holder.classList.add("above");
        taken.push(above);
      } else holder.classList.add("hidden");
    }
  }

  Object.assign(hexbeat, { groundOf, hideOverlaps });
})();
