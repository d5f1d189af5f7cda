"use strict";
// Turns the packed columns into arrays; pack.py and payload.py write them.
(function () {
  const HUNDREDTHS = 100;
  const STEPS_A_ROOT = 16;

  // The bytes of a page's data.
  async function inflate(holder) {
    if (!("DecompressionStream" in window)) {
      throw new Error("this browser is too old to unpack the cells (it has no DecompressionStream).");
    }
    const text = atob(holder.textContent);
    holder.remove();
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function unpack(holder) {
    return read(await inflate(holder));
  }

  function read(raw) {
    const [head, length] = headOf(raw);
    const columns = {};
    let at = 4 + length;
    for (const [name, kind, planes, n] of head.columns) {
      const part = raw.subarray(at, at + planes * n);
      at += planes * n;
      if (kind === "ids") {
        [columns.high, columns.low] = ids(part, n);
        continue;
      }
      const values = numbers(part, planes, n, kind === "steps" || kind === "changes");
      if (kind === "plain") for (let i = 0; i < n; i++) values[i] -= 1;
      if (kind === "steps") climb(values);
      if (kind === "changes") {
        const guess = guessOf(name, head, columns);
        for (let i = 0; i < n; i++) values[i] = guess[i] + back(values[i]);
      }
      columns[name] = name.startsWith("band.") ? Int8Array.from(values) : values;
    }
    columns.score_rank = byRow(head.blocks, columns);
    columns.before = placesBefore(head, columns);
    return { ...head, columns };
  }

  // What the data begins with, and how many bytes of it that is.
  function headOf(raw) {
    const length = new DataView(raw.buffer).getUint32(0, true);
    return [JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + length))), length];
  }

  function guessOf(name, head, columns) {
    if (name === "expected_12m") return yearOf(head, columns);
    if (name === "n_12m") return sums(columns.n, head.as_ofs.length);
    const [series, k] = name.split(".");
    return columns[`${series}.${Number(k) + 1}`] ?? newest(series, columns);
  }

  function sums(counts, months) {
    const all = new Int32Array(counts.length / months);
    for (let i = 0; i < counts.length; i++) if (counts[i] > 0) all[Math.floor(i / months)] += counts[i];
    return all;
  }

  // Ranks are written from a block's highest score down; ties by row.
  function byRow(blocks, { score, score_rank: ranks }) {
    const found = new Int32Array(ranks.length);
    const most = score.reduce((one, other) => Math.max(one, other), 0);
    for (const [, , start, stop] of blocks) {
      const keys = new Float64Array(stop - start);
      for (let i = 0; i < keys.length; i++) keys[i] = (most - score[start + i]) * keys.length + i;
      keys.sort();
      for (let i = 0; i < keys.length; i++) found[start + (keys[i] % keys.length)] = ranks[start + i];
    }
    return found;
  }

  // Where the counts of the year before the first as-of begin: those of the top 5 %.
  function placesBefore(head, { score_band: band }) {
    const months = head.months.length - head.as_ofs.length;
    const top = head.bands.indexOf("top_5pct");
    const places = new Int32Array(band.length).fill(-1);
    for (let row = 0, next = 0; row < band.length; row++) {
      if (band[row] > top) continue;
      places[row] = next;
      next += months;
    }
    return places;
  }

  function numbers(part, planes, n, wide) {
    // Steps between small numbers fit small arrays, but their sums may not.
    const values = planes === 1 && !wide ? new Int16Array(n) : new Int32Array(n);
    for (let plane = 0; plane < planes; plane++) {
      const from = plane * n,
        times = 8 * plane;
      for (let i = 0; i < n; i++) values[i] |= part[from + i] << times;
    }
    return values;
  }

  const back = (coded) => (coded & 1 ? -(coded + 1) >> 1 : coded >> 1);

  function climb(values) {
    for (let i = 0, sum = 0; i < values.length; i++) {
      sum += back(values[i]);
      values[i] = sum - 1;
    }
  }

  function ids(part, n) {
    const high = new Uint32Array(n),
      low = new Uint32Array(n);
    let upper = 0,
      lower = 0;
    for (let i = 0; i < n; i++) {
      const byte = (plane) => part[plane * n + i];
      const sum = lower + byte(0) + byte(1) * 0x100 + byte(2) * 0x10000 + byte(3) * 0x1000000;
      lower = sum % 0x100000000;
      upper += byte(4) + byte(5) * 0x100 + byte(6) * 0x10000 + byte(7) * 0x1000000 + (sum >= 0x100000000 ? 1 : 0);
      [high[i], low[i]] = [upper, lower];
    }
    return [high, low];
  }

  // In tenths: the score times the months supplied.
  function yearOf(head, columns) {
    const guess = new Int32Array(columns.score.length);
    for (const [, force, start, stop] of head.blocks) {
      const months = head.forces[force].months_12m;
      for (let row = start; row < stop; row++) guess[row] = Math.floor((columns.score[row] * months) / 10);
    }
    return guess;
  }

  function newest(series, columns) {
    return series === "root" ? Int32Array.from(columns.score, root) : columns.score_band;
  }

  function root(hundredths) {
    return hundredths < 0 ? -1 : Math.floor(Math.sqrt(hundredths / HUNDREDTHS) * STEPS_A_ROOT + 0.5);
  }

  const orNull = (value) => (value < 0 ? null : value);

  // Reads values of rows by row number and as-of; of hot spots by their code.
  function readerOf(data) {
    const { columns, months } = data;
    const last = data.as_ofs.length - 1;
    const recent = last + 1;
    const early = months.length - recent;
    const word = (name, row) => {
      const code = columns[name][columns.cell[row]];
      return code < 0 ? null : data.words[name][code];
    };
    const score = (row, at) => {
      if (at === last) return columns.score[row] < 0 ? null : columns.score[row] / HUNDREDTHS;
      const steps = columns[`root.${at}`][row];
      return steps < 0 ? null : (steps / STEPS_A_ROOT) ** 2;
    };
    // Both in the coarser steps, or rounding would look like a change.
    const coarse = (row, at) => {
      const steps = at === last ? root(columns.score[row]) : columns[`root.${at}`][row];
      return steps < 0 ? null : (steps / STEPS_A_ROOT) ** 2;
    };
    // Of a month by its place in `months`; null where it does not count or is not in the page.
    const counted = (row, month) => {
      if (month < 0) return null;
      if (month >= early) return orNull(columns.n[row * recent + month - early]);
      return columns.before[row] < 0 ? null : orNull(columns.n_before[columns.before[row] + month]);
    };
    const isScored = (at) => data.forces.some(({ ranked }) => ranked[at] > 0);

    // What an as-of is compared with: the month before, or the newest day with a score.
    function previous(at) {
      let then = at - 1;
      if (data.unit === "days") while (then >= 0 && !isScored(then)) then -= 1;
      return then;
    }
    const cellId = (cell) => columns.high[cell].toString(16) + columns.low[cell].toString(16).padStart(8, "0");
    const members = [];

    // The rows of each hot spot at an as-of.
    function membersAt(at) {
      if (members[at]) return members[at];
      const spots = columns[`spot.${at}`];
      const found = new Map();
      for (let row = 0; row < spots.length; row++) {
        if (spots[row] < 0) continue;
        if (!found.has(spots[row])) found.set(spots[row], []);
        found.get(spots[row]).push(row);
      }
      for (const rows of found.values()) rows.sort((a, b) => score(b, at) - score(a, at) || a - b);
      members[at] = found;
      return found;
    }

    // A sum over months, and how many of them counted.
    function sum(rows, from, to) {
      const all = { n: 0, months: 0, whole: true };
      for (let month = Math.max(0, from); month <= to; month++) {
        let [n, known] = [0, 0];
        for (const row of rows) {
          const one = counted(row, month);
          if (one === null) continue;
          n += one;
          known += 1;
        }
        all.n += n;
        if (known > 0) all.months += 1;
        if (known > 0 && known < rows.length) all.whole = false;
      }
      return all;
    }

    const rowsOf = (spot, at) => membersAt(at).get(spot) ?? [];

    return {
      last,
      previous,
      isScored,
      // The first as-of that the page can show: of days, with a score.
      first: data.unit === "days" ? data.as_ofs.findIndex((_, at) => isScored(at)) : 0,
      word,
      score,
      coarse,
      counted,
      membersAt,
      sum,
      cellId,
      bands: (at) => (at === last ? columns.score_band : columns[`band.${at}`]),
      ofRow: (name, row) => orNull(columns[name][row]),
      year: (row) => (columns.expected_12m[row] < 0 ? null : columns.expected_12m[row] / 10),
      hundredth: (name, row) => (columns[name][row] < 0 ? null : columns[name][row] / HUNDREDTHS),
      monthOf: (at) => early + at,
      hasBefore: (row) => early === 0 || columns.before[row] >= 0,
      count: (row, at) => counted(row, early + at),
      // Of a week or the month to an as-of, by its clock.
      recent: (rows, at) => sum(rows, early + at + 1 - (hexbeat.clock.recent ?? 1), early + at),
      change: (row, at) =>
        previous(at) < 0 ? hexbeat.change(null, null) : hexbeat.change(coarse(row, at), coarse(row, previous(at))),
      // In words, what an as-of is compared with.
      since: (at) => {
        if (data.unit === "months") return `last ${hexbeat.clock.period}`;
        return previous(at) < 0 ? "" : hexbeat.periodName(data.as_ofs[previous(at)]);
      },
      spotOf: (row, at) => orNull(columns[`spot.${at}`][row]),
      rowsOf,
      // Where it is, or where it was a hot spot last.
      rowsSeen: (spot, at) => {
        const now = rowsOf(spot, at);
        return now.length || previous(at) < 0 ? now : rowsOf(spot, previous(at));
      },
      spotRank: (spot, at) => orNull(columns[`spot_rank.${at}`][spot]),
      spotExpected: (spot, at) => {
        const value = columns[`spot_expected.${at}`][spot];
        return value < 0 ? null : value / HUNDREDTHS;
      },
      spotMix: (spot, group) => {
        const mix = columns[`spot_mix.${group}`];
        return mix === undefined || spot >= mix.length ? null : orNull(mix[spot]);
      },
      idOf: (row) => cellId(columns.cell[row]),
      title: (row) => word("place_label", row) ?? `Cell ${cellId(columns.cell[row])}`,
    };
  }

  Object.assign(hexbeat, { inflate, headOf, unpack, readerOf });
})();
