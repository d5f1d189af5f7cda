"use strict";
// The areas of the public page: those of a force and crime group, with names from the ground.
(function () {
  const { BANDS, whole } = hexbeat;
  const KM_A_DEGREE = 111.2;
  const WAYS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
  const [HERE_KM, FAR_KM] = [1, 15];
  const ORDER = Object.keys(BANDS);

  function areasOf(data) {
    const named = new Map();

    const find = (list, state) =>
      list.find((one) => one.force === data.forces[state.force].force && one.crime_group === slugOf(state)) ?? null;

    const slugOf = ({ group }) => data.groups[group].slug;

    // The cells of the newest quarter that have a count: the highest bands first.
    function shown(state) {
      const map = find(data.maps, state);
      if (map === null) return [];
      const areas = map.cells.map(([cell, count, band]) => ({ cell, count, band, ...placeOf(cell) }));
      return areas.sort((a, b) => ORDER.indexOf(a.band) - ORDER.indexOf(b.band) || b.count - a.count);
    }

    function placeOf(cell) {
      if (!named.has(cell)) {
        const at = h3.cellToLatLng(cell);
        named.set(cell, { at, name: nameOf(at) });
      }
      return named.get(cell);
    }

    // Where a place is, by the nearest town or village of the ground.
    function nameOf([lat, lng]) {
      let nearest = { away: FAR_KM, name: null };
      for (const [, name, east, north] of data.ground?.names ?? []) {
        const y = (lat - north) * KM_A_DEGREE;
        const x = (lng - east) * KM_A_DEGREE * Math.cos((lat * Math.PI) / 180);
        const away = Math.hypot(x, y);
        if (away < nearest.away) nearest = { away, name, x, y };
      }
      const { away, name, x, y } = nearest;
      if (name === null) return `${lat.toFixed(3)} north, ${lng.toFixed(3)} east`;
      if (away < HERE_KM) return `${name}`;
      const way = WAYS[Math.round((Math.atan2(x, y) * 4) / Math.PI + 8) % 8];
      return `${whole.format(Math.round(away))} km ${way} of ${name}`;
    }

    // The quarters of the area that an area is, or is part of; null where one has no count.
    function trendOf(cell, state) {
      const trend = find(data.trends, state);
      const area = h3.getResolution(cell) > 7 ? h3.cellToParent(cell, 7) : cell;
      const sums = trend?.areas[area];
      if (!sums) return null;
      const counts = new Map(trend.quarters.map((quarter, i) => [quarter, sums[i]]));
      return { area, quarters: quarters(counts, ([count, within]) => ({ count, within })) };
    }

    function totalsOf(state) {
      const rows = data.totals.filter(
        (one) => one.force === data.forces[state.force].force && one.crime_group === slugOf(state),
      );
      return quarters(new Map(rows.map((row) => [row.period, row])), (row) => ({ ...row, count: row.published }));
    }

    // Every quarter from the first to the last; one that was not published has no count.
    function quarters(known, valueOf) {
      const names = [...known.keys()].sort();
      const all = [];
      for (let name = names[0]; name !== undefined && name <= names.at(-1); name = after(name)) {
        all.push({ quarter: name, count: null, ...(known.has(name) ? valueOf(known.get(name)) : {}) });
      }
      return all;
    }

    function after(quarter) {
      const [year, number] = quarter.split("-Q").map(Number);
      return number === 4 ? `${year + 1}-Q1` : `${year}-Q${number + 1}`;
    }

    return { shown, trendOf, totalsOf, newest: (state) => find(data.maps, state)?.period ?? null };
  }

  const MONTHS = ["January to March", "April to June", "July to September", "October to December"];

  function quarterName(quarter) {
    const [year, number] = quarter.split("-Q");
    return `${MONTHS[number - 1]} ${year}`;
  }

  // A rounded count, and how far it can be off.
  function about(count, within) {
    return within > 0 ? `about ${whole.format(count)} (± ${whole.format(within)})` : whole.format(count);
  }

  Object.assign(hexbeat, { areasOf, quarterName, about });
})();
