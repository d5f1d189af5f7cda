"use strict";
// The map itself: Leaflet's canvas, with as many hexagons as it can move smoothly.
(function () {
  const MOST = 10000;
  // Hexagons with edges below this many pixels are drawn as their parents instead.
  const SMALLEST = 1.8;
  // With shorter edges, an outline would hide the fill.
  const ROOM_FOR_LINES = 5;
  // From this length on, outlines have their full width.
  const ROOM_FOR_FULL_LINES = 14;
  // With shorter edges, the chosen hexagon gets a larger ring that does not cover it.
  const ROOMY = 16;
  const KEPT_POLYGONS = 40000;
  const SAMPLED = 4000;
  const NAMES_TO_ZOOM = 11;
  const ENGLAND_AND_WALES = [
    [49.9, -6.4],
    [55.8, 1.8],
  ];

  function mapOf(data, known, view, state, onDraw) {
    const map = L.map("map", {
      attributionControl: false,
      maxZoom: 17,
      minZoom: 5,
      zoomSnap: 0.5,
      zoomDelta: 1,
      renderer: L.canvas({ padding: 0.05 }),
      zoomAnimation: false,
      fadeAnimation: false,
      inertia: false,
    });
    const ground = hexbeat.groundOf(map, data.ground);
    const drawn = L.layerGroup().addTo(map);
    const highlight = L.layerGroup().addTo(map);
    L.control.scale({ maxWidth: 140 }).addTo(map);
    // Lower with a ground, so that roads show through.
    const OPAQUE = data.ground === null ? 0.85 : 0.75;
    const polygons = new Map();
    let shown = { items: new Map(), tier: view.finest, runs: [] };

    function metresAPixel() {
      const middle = map.getSize().divideBy(2);
      const other = map.containerPointToLatLng(middle.add([100, 0]));
      return map.distance(map.containerPointToLatLng(middle), other) / 100;
    }

    function box() {
      const bounds = map.getBounds();
      return { south: bounds.getSouth(), north: bounds.getNorth(), west: bounds.getWest(), east: bounds.getEast() };
    }

    function draw() {
      const pixel = metresAPixel();
      const { tier, runs, isFinest } = view.inView(box(), MOST, SMALLEST * pixel);
      const lines = widthOfLines(tier.edge / pixel);
      const band = known.bands(state.at);
      const items = new Map();
      for (const run of runs) items.set(polygonOf(tier, run), band[tier.best[run]]);
      for (const polygon of shown.items.keys()) if (!items.has(polygon)) drawn.removeLayer(polygon);
      restyle(items, lines);
      shown = { items, tier, runs };
      mark();
      onDraw(runs.length, isFinest, tier);
    }

    // 0 if there is no room; otherwise in steps, so that few zooms change a style.
    function widthOfLines(edge) {
      return edge < ROOM_FOR_LINES ? 0 : Math.min(1, Math.ceil((edge / ROOM_FOR_FULL_LINES) * 4) / 4);
    }

    function restyle(items, lines) {
      // Lowest band first: each band is drawn on top of those before it.
      const order = data.bands.map(() => []);
      for (const [polygon, band] of items) order[band].push(polygon);
      for (let band = order.length - 1; band >= 0; band--) {
        const style = styleOf(band, lines);
        for (const polygon of order[band]) {
          if (drawn.hasLayer(polygon)) {
            if (polygon.options.fillColor !== style.fillColor || polygon.options.weight !== style.weight)
              polygon.setStyle(style);
            polygon.bringToFront();
          } else {
            L.setOptions(polygon, style);
            drawn.addLayer(polygon);
          }
        }
      }
    }

    function styleOf(band, lines) {
      const { style } = hexbeat.BANDS[data.bands[band]];
      // A canvas needs dashes as numbers; Leaflet parses them only when it sets a style.
      const dash = style.dashArray ? style.dashArray.split(" ").map(Number) : null;
      return {
        ...style,
        dashArray: style.dashArray ?? null,
        _dashArray: dash,
        weight: style.weight * lines,
        stroke: lines > 0,
        fillOpacity: lines ? OPAQUE : 1,
        interactive: false,
      };
    }

    function polygonOf(tier, run) {
      const key = tier.resolution * 0x1000000 + run;
      if (polygons.has(key)) return polygons.get(key);
      if (polygons.size > KEPT_POLYGONS) polygons.clear();
      const polygon = L.polygon(h3.cellToBoundary(view.idAt(tier, run)), { interactive: false, smoothFactor: 0 });
      polygons.set(key, polygon);
      return polygon;
    }

    function mark() {
      highlight.clearLayers();
      if (state.cell === null) return;
      const id = known.cellId(state.cell);
      const edge = h3.getHexagonEdgeLengthAvg(h3.getResolution(id), "m") / metresAPixel();
      outline(state.cell);
      // Red on a white halo stands out on every band.
      for (const line of [
        { color: "#ffffff", weight: 8 },
        { color: "#b3261e", weight: 4 },
      ]) {
        const ring = { ...line, fill: false, interactive: false };
        highlight.addLayer(
          edge < ROOMY
            ? L.circleMarker(h3.cellToLatLng(id), { ...ring, radius: Math.max(8, edge + 4) })
            : L.polygon(h3.cellToBoundary(id), ring),
        );
      }
    }

    // The whole hot spot that the chosen cell is part of.
    function outline(cell) {
      for (const row of view.rowsOf(cell, state)) {
        const spot = known.ofRow("hotspot", row);
        if (spot === null) continue;
        const [, , start, stop] = view.blockOf(row);
        const ids = [];
        for (let other = start; other < stop; other++)
          if (data.columns.hotspot[other] === spot) ids.push(known.idOf(other));
        const shape = h3.cellsToMultiPolygon(ids);
        for (const line of [
          { color: "#ffffff", weight: 5 },
          { color: "#111111", weight: 2 },
        ])
          highlight.addLayer(L.polygon(shape, { ...line, fill: false, interactive: false }));
      }
    }

    function sample() {
      const { best } = view.finest;
      const step = Math.max(1, Math.floor(best.length / SAMPLED));
      const places = [];
      for (let cell = 0; cell < best.length; cell += step) {
        if (best[cell] >= 0) places.push([...view.centre(view.finest, cell), best[cell]]);
      }
      return places;
    }

    function frame() {
      const places = sample();
      if (places.length === 0) return L.latLngBounds(ENGLAND_AND_WALES);
      // A few incidents are far from their force and must not enlarge the frame.
      const strays = Math.floor(places.length / 200);
      const [north, east] = [0, 1].map((axis) => {
        const sorted = Float64Array.from(places, (place) => place[axis]).sort();
        return [sorted[strays], sorted[places.length - 1 - strays]];
      });
      return L.latLngBounds([
        [north[0], east[0]],
        [north[1], east[1]],
      ]).pad(0.05);
    }

    // The cell under a point: the highest one in the hexagon drawn there. Some forces have
    // coarser cells than others.
    function cellAt({ latlng }) {
      const { tier, runs } = shown;
      for (let resolution = tier.resolution; resolution >= view.tiers[0].resolution; resolution--) {
        const wanted = h3.latLngToCell(latlng.lat, latlng.lng, resolution);
        const run = runs.find((one) => view.idAt(tier, one) === wanted);
        if (run !== undefined) return data.columns.cell[tier.best[run]];
      }
      return null;
    }

    function goTo(cell) {
      map.setView(h3.cellToLatLng(known.cellId(cell)), Math.max(map.getZoom(), 14), { animate: false });
    }

    function nameForces() {
      const sums = data.forces.map(() => [0, 0, 0]);
      for (const [lat, lng, row] of sample()) {
        const sum = sums[view.blockOf(row)[1]];
        sum[0] += lat;
        sum[1] += lng;
        sum[2] += 1;
      }
      const named = data.forces.map(({ name }, code) => ({ name, code, sum: sums[code] })).filter(({ sum }) => sum[2]);
      named.sort((a, b) => b.sum[2] - a.sum[2]);
      return named.map(({ name, code, sum: [north, east, n] }) => {
        const icon = L.divIcon({ className: "force-name", html: hexbeat.element("span", name), iconSize: [0, 0] });
        return {
          code,
          marker: L.marker([north / n, east / n], { icon, interactive: false, keyboard: false }).addTo(map),
        };
      });
    }

    // Forces first, then the places of the ground, the largest first.
    function keepNamesApart(names) {
      const taken = [];
      for (const { code, marker } of [...names, ...ground.names()]) {
        const holder = marker.getElement();
        const other = code !== null && state.force !== null && code !== state.force;
        holder.classList.toggle("hidden", other || (code !== null && map.getZoom() > NAMES_TO_ZOOM));
        const edges = holder.firstElementChild.getBoundingClientRect();
        const clash = taken.some(
          (by) => edges.left < by.right && by.left < edges.right && edges.top < by.bottom && by.top < edges.bottom,
        );
        if (clash) holder.classList.add("hidden");
        else if (edges.width) taken.push(edges);
      }
    }

    return {
      leaflet: map,
      draw,
      mark,
      goTo,
      cellAt,
      nameForces,
      keepNamesApart,
      fit: () => map.fitBounds(frame(), { animate: false }),
    };
  }

  Object.assign(hexbeat, { mapOf });
})();
