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
  // Neighbours are consecutive: this many are drawn, or skipped, as one.
  const TOGETHER = 40;

  function groundOf(map, ground) {
    if (ground === null) return { names: () => [] };
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
    const written = L.layerGroup().addTo(map);
    let latest = { view: null, names: [] };
    return {
      names() {
        const view = map.getBounds().toBBoxString();
        const names = ground.tiles ? [] : ground.names; // tiles have names of their own
        if (view !== latest.view) latest = { view, names: write(map, names, written) };
        return latest.names;
      },
    };
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

  // The largest places in view, in order; overlapping names are hidden later.
  function write(map, names, written) {
    written.clearLayers();
    const bounds = map.getBounds();
    const shown = names.filter(
      ([rank, , lng, lat]) => map.getZoom() >= NAMED_FROM[rank] && bounds.contains([lat, lng]),
    );
    return shown.slice(0, MOST_NAMES).map(([rank, name, lng, lat]) => {
      const icon = L.divIcon({
        className: `place-name rank-${rank}`,
        html: hexbeat.element("span", name),
        iconSize: [0, 0],
      });
      const marker = L.marker([lat, lng], { icon, interactive: false, keyboard: false });
      written.addLayer(marker);
      return { code: null, marker };
    });
  }

  // Hides each name that overlaps one before it.
  function hideOverlaps(holders) {
    const taken = [];
    for (const holder of holders) {
      const edges = holder.firstElementChild.getBoundingClientRect();
      const clash = taken.some(
        (by) => edges.left < by.right && by.left < edges.right && edges.top < by.bottom && by.top < edges.bottom,
      );
      if (clash) holder.classList.add("hidden");
      else if (edges.width) taken.push(edges);
    }
  }

  Object.assign(hexbeat, { groundOf, hideOverlaps });
})();
