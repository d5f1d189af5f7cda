"use strict";
// Where a cell is for people: its grid reference, and links to look at the place.
(function () {
  const RADIANS = Math.PI / 180;
  // WGS 84, and Airy 1830 of the National Grid: half axes in metres.
  const WGS84 = { a: 6378137, b: 6356752.3142 };
  const AIRY = { a: 6377563.396, b: 6356256.909 };
  // From one to the other: metres, seconds of arc, and parts in a million.
  const SHIFT = { x: -446.448, y: 125.157, z: -542.06, rx: -0.1502, ry: -0.247, rz: -0.8421, scale: 20.4894 };
  const ORIGIN = { lat: 49 * RADIANS, lng: -2 * RADIANS, easting: 400000, northing: -100000, scale: 0.9996012717 };

  const squared = ({ a, b }) => 1 - (b * b) / (a * a);

  // Helmert's transformation of a point on the ground: right to a few metres.
  function toAiry([lat, lng]) {
    const [phi, lambda] = [lat * RADIANS, lng * RADIANS];
    const nu = WGS84.a / Math.sqrt(1 - squared(WGS84) * Math.sin(phi) ** 2);
    const x = nu * Math.cos(phi) * Math.cos(lambda);
    const y = nu * Math.cos(phi) * Math.sin(lambda);
    const z = nu * (1 - squared(WGS84)) * Math.sin(phi);
    const [rx, ry, rz] = [SHIFT.rx, SHIFT.ry, SHIFT.rz].map((seconds) => (seconds / 3600) * RADIANS);
    const s = 1 + SHIFT.scale / 1e6;
    const [u, v, w] = [
      SHIFT.x + s * x - rz * y + ry * z,
      SHIFT.y + rz * x + s * y - rx * z,
      SHIFT.z - ry * x + rx * y + s * z,
    ];
    const level = Math.hypot(u, v);
    let north = Math.atan2(w, level * (1 - squared(AIRY)));
    for (let i = 0; i < 6; i++) {
      const bend = AIRY.a / Math.sqrt(1 - squared(AIRY) * Math.sin(north) ** 2);
      north = Math.atan2(w + squared(AIRY) * bend * Math.sin(north), level);
    }
    return [north, Math.atan2(v, u)];
  }

  // The transverse Mercator projection of the National Grid: easting and northing.
  function toGrid(place) {
    const [phi, lambda] = toAiry(place);
    const { a, b } = AIRY;
    const e2 = squared(AIRY);
    const n = (a - b) / (a + b);
    const [sin, cos, tan2] = [Math.sin(phi), Math.cos(phi), Math.tan(phi) ** 2];
    const nu = (a * ORIGIN.scale) / Math.sqrt(1 - e2 * sin * sin);
    const rho = (a * ORIGIN.scale * (1 - e2)) / (1 - e2 * sin * sin) ** 1.5;
    const eta2 = nu / rho - 1;
    const [less, more] = [phi - ORIGIN.lat, phi + ORIGIN.lat];
    const arc =
      b *
      ORIGIN.scale *
      ((1 + n + 1.25 * n ** 2 + 1.25 * n ** 3) * less -
        (3 * n + 3 * n ** 2 + 2.625 * n ** 3) * Math.sin(less) * Math.cos(more) +
        (1.875 * n ** 2 + 1.875 * n ** 3) * Math.sin(2 * less) * Math.cos(2 * more) -
        (35 / 24) * n ** 3 * Math.sin(3 * less) * Math.cos(3 * more));
    const d = lambda - ORIGIN.lng;
    const northing =
      ORIGIN.northing +
      arc +
      (nu / 2) * sin * cos * d ** 2 +
      (nu / 24) * sin * cos ** 3 * (5 - tan2 + 9 * eta2) * d ** 4 +
      (nu / 720) * sin * cos ** 5 * (61 - 58 * tan2 + tan2 ** 2) * d ** 6;
    const easting =
      ORIGIN.easting +
      nu * cos * d +
      (nu / 6) * cos ** 3 * (nu / rho - tan2) * d ** 3 +
      (nu / 120) * cos ** 5 * (5 - 18 * tan2 + tan2 ** 2 + 14 * eta2 - 58 * tan2 * eta2) * d ** 5;
    return [easting, northing];
  }

  // Letters of the 500 km and the 100 km square: from A in the north-west, without I.
  function lettersOf(east, north) {
    const row = 19 - north;
    const first = row - (row % 5) + Math.floor((east + 10) / 5);
    const second = ((row * 5) % 25) + (east % 5);
    return [first, second].map((at) => String.fromCharCode(65 + at + (at > 7 ? 1 : 0))).join("");
  }

  // To 100 metres, as on maps: TQ 587 748.
  function gridReference(place) {
    const [easting, northing] = toGrid(place);
    const [east, north] = [Math.floor(easting / 100000), Math.floor(northing / 100000)];
    if (east < 0 || east > 6 || north < 0 || north > 12) return "outside the National Grid";
    const within = (metres) => String(Math.floor((metres % 100000) / 100)).padStart(3, "0");
    return `${lettersOf(east, north)} ${within(easting)} ${within(northing)}`;
  }

  // Plain links: nothing loads from them, and the place is sent only to where one goes.
  function elsewhere([lat, lng]) {
    const [y, x] = [lat.toFixed(5), lng.toFixed(5)];
    const row = hexbeat.element("p", "See the place in ");
    const links = [
      ["OpenStreetMap", `https://www.openstreetmap.org/?mlat=${y}&mlon=${x}#map=17/${y}/${x}`],
      ["Street View", `https://www.google.com/maps/@?api=1&map_action=pano&viewpoint=${y},${x}`],
    ];
    links.forEach(([name, href], i) => {
      if (i > 0) row.append(" or ");
      row.append(hexbeat.element("a", name, { href, target: "_blank", rel: "noopener noreferrer" }));
    });
    row.append(" (opens a website, which learns of the place)");
    return row;
  }

  Object.assign(hexbeat, { gridReference, toGrid, elsewhere });
})();
