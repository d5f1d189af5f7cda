"use strict";
// The labels of streets, venues and stations: which are in view, and which a search finds.
(function () {
  const { element } = hexbeat;
  // Kinds, as the page's data numbers them; then what the ground names.
  const [STATION, LANDMARK, STREET, TOWN] = [0, 1, 2, 3];
  const CLASSES = ["station", "landmark", "street"];
  // The zoom from which each kind is shown, by level.
  const SHOWN_FROM = {
    [STATION]: [11, 12, 13, 13],
    [LANDMARK]: [12, 13, 14, 15],
    [STREET]: [13, 13, 14, 15],
  };
  const PART = 1e-5;
  const MOST_FOUND = 6;

  function labelsOf(data) {
    const { columns, labels } = data;
    const towns = data.ground?.names ?? [];

    const labelAt = (at) => ({
      kind: columns.label_kind[at],
      name: labels.names[columns.label_name[at]],
      near: labels.near[columns.label_near[at]] ?? null,
      place: [columns.label_lat[at] * PART, columns.label_lng[at] * PART],
    });

    // Those of a view, the first to be shown first: stations, landmarks, streets.
    function inView(bounds, zoom, most) {
      const [south, north] = [bounds.getSouth() / PART, bounds.getNorth() / PART];
      const [west, east] = [bounds.getWest() / PART, bounds.getEast() / PART];
      const shown = [];
      for (let at = 0; at < columns.label_kind.length && shown.length < most; at++) {
        const [lat, lng] = [columns.label_lat[at], columns.label_lng[at]];
        if (lat < south || lat > north || lng < west || lng > east) continue;
        if (zoom >= SHOWN_FROM[columns.label_kind[at]][columns.label_level[at]]) shown.push(labelAt(at));
      }
      return shown.map((one) => ({ ...one, kind: CLASSES[one.kind], className: `place-label ${CLASSES[one.kind]}` }));
    }

    // Places whose words begin so, the name's or the street's and town's, but one of the
    // name at least. Towns are first, then stations and venues, then streets.
    function find(text) {
      const wanted = text.trim();
      if (wanted.length < 2) return [];
      const words = wanted.split(/\s+/).map((word) => new RegExp(`(^|[^\\p{L}\\p{N}])${escaped(word)}`, "iu"));
      const whole = new RegExp(`${words.at(-1).source}($|[^\\p{L}\\p{N}])`, "iu");
      const has = (name) => words.map((word) => word.test(name ?? ""));
      const [names, near] = [labels.names.map(has), [...labels.near, null].map(has)];
      const found = towns
        .filter(([, name]) => has(name).every(Boolean))
        .slice(0, 2)
        .map(([, name, lng, lat]) => ({ kind: TOWN, name, near: null, place: [lat, lng] }));
      for (let at = 0; at < columns.label_kind.length; at++) {
        const mine = names[columns.label_name[at]];
        const around = near.at(columns.label_near[at]); // -1 is that of none
        if (mine.some(Boolean) && mine.every((one, i) => one || around[i])) found.push(labelAt(at));
      }
      // "pier" is a pier before it is the beginning of another name
      const rank = ({ kind, name }) => 2 * ((kind + 1) % 4) + (whole.test(name) ? 0 : 1);
      return found.sort((a, b) => rank(a) - rank(b)).slice(0, MOST_FOUND);
    }

    return { inView, find };
  }

  const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

  // What a search has found, as buttons that lead there.
  function fillPlaces(found, go) {
    const holder = hexbeat.byId("places");
    holder.hidden = found.length === 0;
    hexbeat.byId("place-list").replaceChildren(
      ...found.map((one) => {
        const choice = hexbeat.button(undefined, () => go(one), {});
        const middle = element("span", one.name);
        middle.append(element("small", one.near ?? (one.kind === TOWN ? "city, town or village" : "")));
        choice.append(element("span", "→", { "aria-hidden": "true" }), middle, element("span"));
        const item = element("li");
        item.append(choice);
        return item;
      }),
    );
  }

  Object.assign(hexbeat, { labelsOf, fillPlaces });
})();
