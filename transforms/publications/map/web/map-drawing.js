"use strict";
// The map itself, on Leaflet's canvas: hexagons and hot spots where there is room for
// them, and circles sized by what is expected where there is not.
(function () {
  const { BANDS, CHANGES } = hexbeat;
  const MOST = 10000;
  // Hexagons with edges below this many pixels are drawn as circles instead.
  const SMALLEST = 3;
  const SMALLEST_OF_SPOT = 6;
  // The edge of the hexagons that each have a circle, and the largest circle.
  const CIRCLE_EDGE = 12;
  const [LARGEST, LEAST] = [24, 3];
  // With shorter edges, an outline would hide the fill.
  const ROOM_FOR_LINES = 5;
  // From this length on, outlines have their full width.
  const ROOM_FOR_FULL_LINES = 14;
  // With shorter edges, the chosen hexagon gets a larger ring that does not cover it.
  const ROOMY = 16;
  const NUMBERED = 10;
  const ROOM_FOR_NUMBER = 9;
  const NEAR_PX = 24;
  const KEPT_POLYGONS = 40000;
  const SAMPLED = 4000;
  const NAMES_TO_ZOOM = 11;
  const STATIONS_FROM_ZOOM = 13;
  // Which names give way to which; null is the numbers of hot spots.
  const FAR_ORDER = [["force", "sought"], ["town"], null, ["station"], ["landmark"], ["street"]];
  const NEAR_ORDER = [["force", "sought"], ["station"], ["town"], null, ["landmark"], ["street"]];
  const LEFT = {
    color: "#17202b",
    weight: 1.5,
    dashArray: "4 3",
    _dashArray: [4, 3],
    fillColor: "#ffffff",
    fillOpacity: 0.4,
    stroke: true,
    interactive: false,
    order: 99,
  };
  const ENGLAND_AND_WALES = [
    [49.9, -6.4],
    [55.8, 1.8],
  ];

  function mapOf(data, known, view, labels, state, onDraw) {
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
    const ground = hexbeat.groundOf(map, data.ground, labels);
    const drawn = L.layerGroup().addTo(map);
    const circles = L.layerGroup().addTo(map);
    const numbers = L.layerGroup().addTo(map);
    const highlight = L.layerGroup().addTo(map);
    L.control.scale({ maxWidth: 140, position: "bottomright" }).addTo(map);
    // Lower with a ground, so that roads show through; the legend has the same.
    const OPAQUE = data.ground === null ? 0.9 : 0.75;
    const polygons = new Map();
    // What is drawn: polygons by key, circles, and hexagons and hot spots to be hit.
    let shown = { items: new Map(), circles: [], tier: null, runs: new Set(), spots: new Map() };

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
      circles.clearLayers();
      numbers.clearLayers();
      const next = state.list === "hotspots" ? spots() : cells();
      for (const polygon of shown.items.keys()) if (!next.items.has(polygon)) drawn.removeLayer(polygon);
      restyle(next.items);
      next.circles.sort((a, b) => b.radius - a.radius);
      for (const { layer } of next.circles) circles.addLayer(layer);
      shown = next;
      mark();
      onDraw(next.said);
    }

    // Hexagons where there is room, or else the cells around each place as a circle.
    function cells() {
      const pixel = metresAPixel();
      const { tier, runs, isFinest } = view.inView(box(), MOST, SMALLEST * pixel);
      const next = { items: new Map(), circles: [], tier: null, runs: new Set(), spots: new Map() };
      if (!isFinest) return around(next, pixel);
      const lines = widthOfLines(tier.edge / pixel);
      for (const run of runs) next.items.set(hexagonOf(tier, run), styleOf(tier.best[run], [tier.best[run]], lines));
      [next.tier, next.runs] = [tier, new Set(runs)];
      next.said = { kind: "cells", shapes: runs.length };
      return next;
    }

    function around(next, pixel) {
      const { tier, runs } = view.inView(box(), MOST, CIRCLE_EDGE * pixel);
      const most = tier.sum.reduce((one, other) => Math.max(one, other), 0);
      const largest = Math.min(LARGEST, (1.2 * tier.edge) / pixel);
      for (const run of runs) {
        const row = tier.best[run];
        const rows = state.compare === "none" ? [row] : [...view.rowsUnder(tier, run)];
        const place = view.centre(view.finest, data.columns.cell[row]);
        const hit = { kind: "cell", cell: data.columns.cell[row], row, sum: tier.sum[run], tier, run };
        next.circles.push(circleOf(place, tier.sum[run], { most, largest }, styleOf(row, rows, 1), hit));
      }
      next.said = { kind: "circles", shapes: runs.length, most, largest };
      return next;
    }

    function spots() {
      const pixel = metresAPixel();
      const next = { items: new Map(), circles: [], tier: null, runs: new Set(), spots: new Map() };
      const listed = view.spotsOf(state);
      const isMarked = state.force !== null; // of all forces they would cover the map
      const most = Math.max(0, ...listed.map(({ worth }) => worth));
      const inView = map.getBounds().pad(0.1);
      let [shapes, polygonal, added] = [0, 0, 0];
      listed.forEach((one, i) => {
        const centreOf = (row) => view.centre(view.finest, data.columns.cell[row]);
        if (!one.rows.some((row) => inView.contains(centreOf(row)))) return;
        const place = centreOf(one.rows[0]);
        shapes += 1;
        const edge = edgeOf(data.columns.cell[one.rows[0]]) / pixel;
        const hit = { kind: "spot", spot: one.spot };
        const style = styleOf(one.rows[0], one.rows, 1);
        let room = edge;
        if (edge >= SMALLEST_OF_SPOT) {
          next.items.set(outlineOf(one), style);
          for (const row of one.rows) next.spots.set(data.columns.cell[row], hit);
          polygonal += 1;
        } else {
          const made = circleOf(place, one.worth, { most, largest: LARGEST }, style, hit);
          room = made.radius;
          next.circles.push(made);
        }
        if (i < NUMBERED && room >= ROOM_FOR_NUMBER) number(place, i + 1);
        if (!isMarked || !view.isNew(one, state.at)) return;
        added += 1;
        markChange(place, "new", "+");
      });
      const left = isMarked ? drawLeft(next, pixel, inView) : 0;
      next.said = { kind: "spots", shapes, most, largest: LARGEST, isSized: polygonal < shapes, added, left };
      return next;
    }

    // What was a hot spot and is none now is empty, so that nobody takes it for one.
    function drawLeft(next, pixel, inView) {
      const left = view.leftOf(state).filter(({ rows }) => inView.contains(placeOf(rows)));
      for (const one of left) {
        const hit = { kind: "spot", spot: one.spot };
        if (edgeOf(data.columns.cell[one.rows[0]]) / pixel >= SMALLEST_OF_SPOT) {
          next.items.set(
            kept(`left ${one.spot} ${state.at}`, () => shapeOf(one.rows)),
            LEFT,
          );
          for (const row of one.rows) {
            const cell = data.columns.cell[row];
            if (!next.spots.has(cell)) next.spots.set(cell, hit);
          }
        } else {
          const place = L.latLng(placeOf(one.rows));
          next.circles.push({ layer: L.circleMarker(place, { ...LEFT, radius: 6 }), radius: 6, place, hit });
        }
        markChange(placeOf(one.rows), "left", "−");
      }
      return left.length;
    }

    const placeOf = (rows) => view.centre(view.finest, data.columns.cell[rows[0]]);

    function markChange(place, kind, sign) {
      const html = hexbeat.element("span", sign);
      const icon = L.divIcon({ className: `spot-change ${kind}`, html, iconSize: [0, 0] });
      numbers.addLayer(L.marker(place, { icon, interactive: false, keyboard: false }));
    }

    const edgeOf = (cell) => h3.getHexagonEdgeLengthAvg(h3.getResolution(known.cellId(cell)), "m");

    function circleOf(place, value, { most, largest }, style, hit) {
      const radius = Math.max(LEAST, largest * Math.sqrt(most > 0 ? value / most : 0));
      const edge = { color: "#ffffff", weight: 1, dashArray: null, _dashArray: null, stroke: true };
      const layer = L.circleMarker(place, { ...style, ...edge, radius, interactive: false });
      return { layer, radius, place: L.latLng(place), hit };
    }

    function number(place, rank) {
      const icon = L.divIcon({
        className: "spot-number",
        html: hexbeat.element("span", String(rank)),
        iconSize: [0, 0],
      });
      numbers.addLayer(L.marker(place, { icon, interactive: false, keyboard: false }));
    }

    // 0 if there is no room; otherwise in steps, so that few zooms change a style.
    function widthOfLines(edge) {
      return edge < ROOM_FOR_LINES ? 0 : Math.min(1, Math.ceil((edge / ROOM_FOR_FULL_LINES) * 4) / 4);
    }

    function restyle(items) {
      // Pale ones first: each is drawn on top of those before it.
      const sorted = [...items].sort((a, b) => b[1].order - a[1].order);
      for (const [polygon, style] of sorted) {
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

    function styleOf(row, rows, lines) {
      const band = known.bands(state.at)[row];
      const isBand = state.compare === "none";
      const { style } = isBand ? BANDS[data.bands[band]] : CHANGES[state.comparer.change(rows)];
      // A canvas needs dashes as numbers; Leaflet parses them only when it sets a style.
      const dash = style.dashArray ? style.dashArray.split(" ").map(Number) : null;
      return {
        ...style,
        dashArray: style.dashArray ?? null,
        _dashArray: dash,
        weight: style.weight * lines,
        stroke: lines > 0,
        fillOpacity: OPAQUE,
        interactive: false,
        order: band,
      };
    }

    function kept(key, make) {
      if (polygons.has(key)) return polygons.get(key);
      if (polygons.size > KEPT_POLYGONS) polygons.clear();
      const polygon = L.polygon(make(), { interactive: false, smoothFactor: 0 });
      polygons.set(key, polygon);
      return polygon;
    }

    const hexagonOf = (tier, run) =>
      kept(tier.resolution * 0x1000000 + run, () => h3.cellToBoundary(view.idAt(tier, run)));

    const shapeOf = (rows) => h3.cellsToMultiPolygon(rows.map(known.idOf));

    const outlineOf = ({ spot, rows }) => kept(`spot ${spot} ${state.at}`, () => shapeOf(rows));

    // Red on a white halo stands out on every band.
    function rings(make, colour, [halo, weight]) {
      for (const line of [
        { color: "#ffffff", weight: halo },
        { color: colour, weight },
      ])
        highlight.addLayer(make({ ...line, fill: false, interactive: false }));
    }

    function mark() {
      highlight.clearLayers();
      const { chosen } = state;
      if (chosen === null) return;
      if (chosen.kind === "spot") return markSpot(known.rowsSeen(chosen.spot, state.at), chosen.spot, "#b3261e");
      for (const row of view.rowsOf(chosen.cell, state)) {
        const spot = known.spotOf(row, state.at);
        if (spot !== null) markSpot(known.rowsOf(spot, state.at), spot, "#111111");
      }
      const id = known.cellId(chosen.cell);
      const edge = edgeOf(chosen.cell) / metresAPixel();
      rings(
        (line) =>
          edge < ROOMY
            ? L.circleMarker(h3.cellToLatLng(id), { ...line, radius: Math.max(8, edge + 4) })
            : L.polygon(h3.cellToBoundary(id), line),
        "#b3261e",
        [8, 4],
      );
    }

    function markSpot(rows, spot, colour) {
      if (rows.length === 0) return;
      const circle = shown.circles.find(({ hit }) => hit.kind === "spot" && hit.spot === spot);
      if (circle) rings((line) => L.circleMarker(circle.place, { ...line, radius: circle.radius + 3 }), colour, [6, 3]);
      else rings((line) => L.polygon(shapeOf(rows), line), colour, [6, 3]);
    }

    // On paper a canvas is opaque, so the ground is drawn into that of the cells.
    function flatten() {
      const [above, below] = ["overlay", "ground"].map((name) => map.getPane(`${name}Pane`) ?? map.getPane(name));
      const canvases = [above, below].map((pane) => pane?.querySelector("canvas"));
      if (!canvases[0] || !canvases[1]) return;
      const context = canvases[0].getContext("2d");
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = "destination-over";
      context.drawImage(canvases[1], 0, 0);
      context.restore();
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

    // What is drawn under a point: a circle, the uppermost first; a hexagon, or the
    // highest one of its hexagon, since some forces have coarser cells; or a hot spot.
    function at(latlng) {
      const point = map.latLngToContainerPoint(latlng);
      for (let i = shown.circles.length - 1; i >= 0; i--) {
        const { place, radius, hit } = shown.circles[i];
        if (map.latLngToContainerPoint(place).distanceTo(point) <= Math.max(radius, 6)) return hit;
      }
      for (let resolution = view.finest.resolution; resolution >= view.tiers[0].resolution; resolution--) {
        const run = view.runOf(view.finest, h3.latLngToCell(latlng.lat, latlng.lng, resolution));
        if (run === null) continue;
        if (shown.spots.has(run)) return shown.spots.get(run);
        if (shown.runs.has(run)) return { kind: "cell", cell: run, row: shown.tier.best[run] };
      }
      return null;
    }

    // For the keyboard: what is in the middle of the map, or close to it.
    function inMiddle() {
      const middle = map.getSize().divideBy(2);
      const here = at(map.containerPointToLatLng(middle));
      if (here !== null) return here;
      let nearest = { hit: null, away: NEAR_PX };
      const near = (place, hit) => {
        const away = map.latLngToContainerPoint(place).distanceTo(middle);
        if (away < nearest.away) nearest = { hit, away };
      };
      for (const { place, hit } of shown.circles) near(place, hit);
      for (const [cell, hit] of shown.spots) near(view.centre(view.finest, cell), hit);
      for (const cell of shown.runs)
        near(view.centre(view.finest, cell), { kind: "cell", cell, row: shown.tier.best[cell] });
      return nearest.hit;
    }

    function goTo(chosen) {
      const below = hexbeat.isNarrow() ? map.getSize().y * 0.35 : 20;
      const padding = { paddingTopLeft: [20, 20], paddingBottomRight: [20, below], animate: false };
      const rows = chosen.kind === "spot" ? known.rowsSeen(chosen.spot, state.at) : [];
      if (rows.length) map.fitBounds(L.polygon(shapeOf(rows)).getBounds().pad(1.5), { ...padding, maxZoom: 15 });
      else if (chosen.kind === "cell")
        map.setView(h3.cellToLatLng(known.cellId(chosen.cell)), Math.max(map.getZoom(), 14), { animate: false });
    }

    function nameForces() {
      const sums = data.forces.map(() => [0, 0, 0]);
      const [held, spread] = [state.force, state.area];
      [state.force, state.area] = [null, null];
      view.choose(state);
      for (const [lat, lng, row] of sample()) {
        const sum = sums[view.blockOf(row)[1]];
        sum[0] += lat;
        sum[1] += lng;
        sum[2] += 1;
      }
      [state.force, state.area] = [held, spread];
      view.choose(state);
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

    // Near enough for its streets to be named.
    function goToPlace({ place }) {
      map.setView(place, Math.max(map.getZoom(), 15), { animate: false });
    }

    // Forces first, then what was sought, the places of the ground, and labels. A station
    // comes before its town where that is wider than its name.
    function keepNamesApart(names) {
      const all = [...names, ...ground.names(state.sought)];
      for (const { code, marker } of all) {
        const other = code !== null && state.force !== null;
        marker.getElement().classList.remove("above");
        marker.getElement().classList.toggle("hidden", other || (code !== null && map.getZoom() > NAMES_TO_ZOOM));
      }
      const order = map.getZoom() < STATIONS_FROM_ZOOM ? FAR_ORDER : NEAR_ORDER;
      // Towns may lie under a hot spot's number; the smaller labels give way to it.
      const fixed = numbers.getLayers().map((marker) => marker.getElement());
      const holders = order.map((kinds) =>
        kinds === null
          ? fixed
          : all.filter(({ kind = "force" }) => kinds.includes(kind)).map(({ marker }) => marker.getElement()),
      );
      hexbeat.hideOverlaps(holders.flat(), fixed);
    }

    return {
      leaflet: map,
      opaque: OPAQUE,
      draw,
      mark,
      goTo,
      goToPlace,
      at,
      inMiddle,
      flatten,
      nameForces,
      keepNamesApart,
      fit: () => map.fitBounds(frame(), { animate: false }),
    };
  }

  Object.assign(hexbeat, { mapOf });
})();
