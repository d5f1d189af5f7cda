"use strict";
// The map of the public page: the areas that have a count, by band, on the open ground.
(function () {
  const { BANDS } = hexbeat;
  const OPAQUE = 0.75;
  const RING = [
    { color: "#ffffff", weight: 8 },
    { color: "#b3261e", weight: 4 },
  ];
  const ENGLAND_AND_WALES = [
    [49.9, -6.4],
    [55.8, 1.8],
  ];

  function publicMapOf(data) {
    const map = L.map("map", {
      attributionControl: false,
      maxZoom: 15,
      minZoom: 5,
      zoomSnap: 0.5,
      renderer: L.canvas({ padding: 0.05 }),
      zoomAnimation: false,
      fadeAnimation: false,
      inertia: false,
    });
    map.fitBounds(ENGLAND_AND_WALES);
    const ground = hexbeat.groundOf(map, data.ground);
    const drawn = L.layerGroup().addTo(map);
    const ring = L.layerGroup().addTo(map);
    L.control.scale({ maxWidth: 140, position: "bottomright" }).addTo(map);
    let byCell = new Map();

    // Pale ones first: each is drawn on top of those before it.
    function draw(areas) {
      byCell = new Map(areas.map((area) => [area.cell, area]));
      drawn.clearLayers();
      for (const { cell, band } of areas.toReversed()) {
        const style = { ...BANDS[band].style, fillOpacity: OPAQUE, interactive: false, smoothFactor: 0 };
        drawn.addLayer(L.polygon(h3.cellToBoundary(cell), style));
      }
    }

    function fit() {
      const places = [...byCell.keys()].flatMap((cell) => h3.cellToBoundary(cell));
      map.fitBounds(places.length ? L.latLngBounds(places).pad(0.05) : ENGLAND_AND_WALES, { animate: false });
    }

    function mark(cell) {
      ring.clearLayers();
      if (cell === null) return;
      for (const style of RING)
        ring.addLayer(L.polygon(h3.cellToBoundary(cell), { ...style, fill: false, interactive: false }));
    }

    // On a narrow page the profile covers the lower part of the map.
    function goTo(cell, isNarrow) {
      const below = isNarrow ? map.getSize().y * 0.35 : 20;
      const padding = { paddingTopLeft: [20, 20], paddingBottomRight: [20, below], maxZoom: 12, animate: false };
      map.fitBounds(L.latLngBounds(h3.cellToBoundary(cell)).pad(1.5), padding);
    }

    // The area under a point: a small one, or the large one around it.
    function at({ lat, lng }) {
      for (const resolution of [8, 7]) {
        const area = byCell.get(h3.latLngToCell(lat, lng, resolution));
        if (area) return area;
      }
      return null;
    }

    function names() {
      const holders = ground.names().map(({ marker }) => marker.getElement());
      for (const holder of holders) holder.classList.remove("hidden");
      hexbeat.hideOverlaps(holders);
    }

    return { leaflet: map, opaque: OPAQUE, draw, fit, mark, goTo, at, names };
  }

  Object.assign(hexbeat, { publicMapOf });
})();
