"use strict";
// The rows that match a choice of force, group, share and as-of, by cell and by parent.
// Cells are sorted by id, so those of one parent are consecutive.
(function () {
  const COARSEST = 3;
  const NONE = -1;

  // The parent's id: its resolution in bits 52 to 55, and all lower digits set to 7.
  function parentOf(high, low, resolution) {
    if (((high >>> 20) & 15) <= resolution) return [high, low];
    const unused = 3 * (15 - resolution);
    const upper = (high & ~(15 << 20)) | (resolution << 20) | (unused > 32 ? (1 << (unused - 32)) - 1 : 0);
    const lower = unused > 32 ? 0xffffffff : low | ((1 << unused) - 1);
    return [upper >>> 0, lower >>> 0];
  }

  function level(columns, resolution) {
    const { high, low } = columns;
    const starts = [],
      ids = [];
    let [lastHigh, lastLow] = [0, 0];
    for (let cell = 0; cell < high.length; cell++) {
      const [upper, lower] = parentOf(high[cell], low[cell], resolution);
      if (cell > 0 && upper === lastHigh && lower === lastLow) continue;
      [lastHigh, lastLow] = [upper, lower];
      starts.push(cell);
      ids.push(upper, lower);
    }
    const n = starts.length;
    return {
      resolution,
      n,
      starts: Int32Array.from([...chunk(starts), high.length]),
      ids: Uint32Array.from(ids),
      edge: h3.getHexagonEdgeLengthAvg(resolution, "m"),
      best: new Int32Array(n),
      sum: new Float64Array(n),
      lat: new Float64Array(n).fill(NaN),
      lng: new Float64Array(n),
    };
  }

  // A generator, because 300,000 values as arguments would overflow the stack.
  function* chunk(values) {
    yield* values;
  }

  function levels(columns) {
    let [finest, roomiest] = [COARSEST, 15];
    for (let i = 0; i < columns.high.length; i++) {
      const resolution = (columns.high[i] >>> 20) & 15;
      finest = Math.max(finest, resolution);
      roomiest = Math.min(roomiest, resolution);
    }
    const tiers = [];
    for (let resolution = COARSEST; resolution <= finest; resolution++) tiers.push(level(columns, resolution));
    // Coarser cells may be mixed with finer ones.
    for (const tier of tiers) tier.reach = h3.getHexagonEdgeLengthAvg(Math.min(tier.resolution, roomiest), "m");
    for (let i = 0; i + 1 < tiers.length; i++) tiers[i].children = childrenOf(tiers[i], tiers[i + 1]);
    return tiers;
  }

  function childrenOf(parent, child) {
    const first = new Int32Array(parent.n + 1);
    for (let run = 0, at = 0; run <= parent.n; run++) {
      while (at < child.n && child.starts[at] < parent.starts[run]) at++;
      first[run] = at;
    }
    return first;
  }

  const idAt = (tier, run) => tier.ids[2 * run].toString(16) + tier.ids[2 * run + 1].toString(16).padStart(8, "0");

  function centre(tier, run) {
    if (Number.isNaN(tier.lat[run])) [tier.lat[run], tier.lng[run]] = h3.cellToLatLng(idAt(tier, run));
    return [tier.lat[run], tier.lng[run]];
  }

  function viewOf(data, known, hours) {
    const { columns, blocks, bands } = data;
    const tiers = levels(columns);
    const finest = tiers[tiers.length - 1];
    const shares = bands.map((band) => hexbeat.BANDS[band].share);
    const worth = (at) => (at === known.last ? columns.score : columns[`root.${at}`]);

    const blocksOf = ({ group, force }) => blocks.filter(([g, f]) => g === group && (force === null || f === force));

    const isInArea = ({ area }) => {
      if (area === null) return () => true;
      const column = columns[`area.${area.name}`];
      return (row) => column[columns.cell[row]] === area.code;
    };

    // A cell on a border has a row for both forces: the map shows the higher one.
    function choose(state) {
      const band = known.bands(state.at),
        score = worth(state.at),
        cell = columns.cell,
        best = finest.best,
        isHere = isInArea(state);
      const above = (row, other) => band[row] < band[other] || (band[row] === band[other] && score[row] > score[other]);
      best.fill(NONE);
      finest.sum.fill(0);
      for (const [, , start, stop] of blocksOf(state)) {
        for (let row = start; row < stop; row++) {
          if (band[row] < 0 || shares[band[row]] > state.share || !isHere(row)) continue;
          const other = best[cell[row]];
          finest.sum[cell[row]] += known.score(row, state.at);
          if (other === NONE || above(row, other)) best[cell[row]] = row;
        }
      }
      for (let i = tiers.length - 2; i >= 0; i--) gatherUp(tiers[i], tiers[i + 1], above);
    }

    function gatherUp(tier, finer, above) {
      for (let run = 0; run < tier.n; run++) {
        let [highest, sum] = [NONE, 0];
        for (let child = tier.children[run]; child < tier.children[run + 1]; child++) {
          const row = finer.best[child];
          if (row === NONE) continue;
          sum += finer.sum[child];
          if (highest === NONE || above(row, highest)) highest = row;
        }
        tier.best[run] = highest;
        tier.sum[run] = sum;
      }
    }

    // The hot spots of a choice at its as-of, the highest first.
    const spotsOf = (state) => spotsAt(state, state.at);

    function spotsAt(state, at) {
      const isHere = isInArea(state);
      const found = [];
      for (const [spot, rows] of known.membersAt(at)) {
        const [group, force] = blockOf(rows[0]);
        if (group !== state.group || (state.force !== null && force !== state.force)) continue;
        if (state.area !== null && !rows.some(isHere)) continue;
        const score = known.spotExpected(spot, at) ?? 0;
        const ranked = state.when === "any" ? score : hours.part(spot, state.when).of;
        found.push({ spot, rows, force, expected: score, worth: ranked });
      }
      const rank = ({ spot }) => known.spotRank(spot, at) ?? 0;
      return found.sort((a, b) => b.worth - a.worth || b.expected - a.expected || rank(a) - rank(b) || a.spot - b.spot);
    }

    // Whether a force can be compared: it has a score at the as-of and at the one before.
    function isCompared(force, at) {
      const then = known.previous(at);
      return then >= 0 && [at, then].every((one) => data.forces[force].ranked[one] > 0);
    }

    const isNew = ({ spot, force }, at) => isCompared(force, at) && known.spotRank(spot, known.previous(at)) === null;

    // Those of the as-of before that are hot spots no longer, the highest first.
    function leftOf(state) {
      const then = known.previous(state.at);
      if (then < 0) return [];
      return spotsAt(state, then).filter(
        ({ spot, force }) => isCompared(force, state.at) && known.spotRank(spot, state.at) === null,
      );
    }

    // The finest level with at most `most` hexagons in view, and not too small ones.
    function inView(box, most, smallest) {
      let depth = 0;
      let runs = [];
      for (let run = 0; run < tiers[0].n; run++) if (shows(tiers[0], run, box)) runs.push(run);
      while (depth + 1 < tiers.length && tiers[depth + 1].edge >= smallest) {
        const next = below(tiers[depth], tiers[depth + 1], runs, box, most);
        if (next === null) break;
        runs = next;
        depth += 1;
      }
      return { tier: tiers[depth], runs: runs.slice(0, most), isFinest: depth === tiers.length - 1 };
    }

    function below(tier, finer, runs, box, most) {
      const next = [];
      for (const run of runs) {
        for (let child = tier.children[run]; child < tier.children[run + 1]; child++) {
          if (shows(finer, child, box)) next.push(child);
          if (next.length > most) return null;
        }
      }
      return next;
    }

    function shows(tier, run, box) {
      if (tier.best[run] === NONE) return false;
      // Children reach outside their parent, and a hexagon beyond its centre.
      const up = (1.5 * tier.reach) / 111000,
        along = up * 2;
      const [lat, lng] = centre(tier, run);
      return lat > box.south - up && lat < box.north + up && lng > box.west - along && lng < box.east + along;
    }

    function rowIn([, , start, stop], cell) {
      let [low, high] = [start, stop];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (columns.cell[middle] < cell) low = middle + 1;
        else high = middle;
      }
      return low < stop && columns.cell[low] === cell ? low : null;
    }

    function rowsOf(cell, { group, force }) {
      return blocksOf({ group, force })
        .map((block) => rowIn(block, cell))
        .filter((row) => row !== null);
    }

    // Which run of a level has that id; null if none.
    function runOf(tier, id) {
      const [high, low] = [parseInt(id.slice(0, -8), 16), parseInt(id.slice(-8), 16)];
      let [from, to] = [0, tier.n];
      while (from < to) {
        const middle = (from + to) >> 1;
        const [upper, lower] = [tier.ids[2 * middle], tier.ids[2 * middle + 1]];
        if (upper < high || (upper === high && lower < low)) from = middle + 1;
        else to = middle;
      }
      return from < tier.n && idAt(tier, from) === id ? from : null;
    }

    // The rows of a choice in a hexagon: of each cell the higher one.
    function* rowsUnder(tier, run) {
      for (let cell = tier.starts[run]; cell < tier.starts[run + 1]; cell++)
        if (finest.best[cell] !== NONE) yield finest.best[cell];
    }

    const spotCalled = (id) => {
      const code = data.hotspots.findIndex((spot) => spot.id === id);
      return code < 0 ? null : code;
    };

    const blockOf = (row) => blocks.find(([, , start, stop]) => row >= start && row < stop);

    function cellOf(id) {
      const [high, low] = [parseInt(id.slice(0, -8), 16), parseInt(id.slice(-8), 16)];
      let [from, to] = [0, columns.high.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        const less = columns.high[middle] < high || (columns.high[middle] === high && columns.low[middle] < low);
        if (less) from = middle + 1;
        else to = middle;
      }
      return from < columns.high.length && known.cellId(from) === id ? from : null;
    }

    return {
      tiers,
      finest,
      choose,
      inView,
      blocksOf,
      spotsOf,
      isNew,
      leftOf,
      spotCalled,
      isInArea,
      rowsOf,
      blockOf,
      cellOf,
      runOf,
      rowsUnder,
      worth,
      shares,
      centre,
      idAt,
    };
  }

  Object.assign(hexbeat, { viewOf });
})();
