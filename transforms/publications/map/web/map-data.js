"use strict";
// Turns the packed columns into arrays; pack.py and payload.py write them.
(function () {
  const HUNDREDTHS = 100;
  const STEPS_A_ROOT = 16;

  async function unpack(holder) {
    if (!("DecompressionStream" in window)) {
      throw new Error("this browser is too old to unpack the cells (it has no DecompressionStream).");
    }
    const text = atob(holder.textContent);
    holder.remove();
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return read(new Uint8Array(await new Response(stream).arrayBuffer()));
  }

  function read(raw) {
    const length = new DataView(raw.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + length)));
    const columns = {};
    let at = 4 + length;
    let newer = null;
    for (const [name, kind, planes, n] of head.columns) {
      const part = raw.subarray(at, at + planes * n);
      at += planes * n;
      if (kind === "ids") {
        [columns.high, columns.low] = ids(part, n);
        continue;
      }
      const values = numbers(part, planes, n, kind === "steps" || name === "expected_12m");
      if (kind === "plain") for (let i = 0; i < n; i++) values[i] -= 1;
      if (kind === "steps") climb(values);
      if (kind === "changes" && name === "expected_12m") {
        const guess = yearOf(head, columns);
        for (let i = 0; i < n; i++) values[i] = guess[i] + back(values[i]);
      } else if (kind === "changes") {
        const [series, k] = name.split(".");
        newer = columns[`${series}.${Number(k) + 1}`] ?? newest(series, columns);
        for (let i = 0; i < n; i++) values[i] = newer[i] + back(values[i]);
      }
      columns[name] = values;
    }
    return { ...head, columns };
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
    return series === "root" ? columns.score.map(root) : columns.score_band;
  }

  function root(hundredths) {
    return hundredths < 0 ? -1 : Math.floor(Math.sqrt(hundredths / HUNDREDTHS) * STEPS_A_ROOT + 0.5);
  }

  const orNull = (value) => (value < 0 ? null : value);

  // Reads values of rows by row number and as-of.
  function readerOf(data) {
    const { columns } = data;
    const last = data.as_ofs.length - 1;
    const word = (name, row) => {
      const code = columns[name][columns.cell[row]];
      return code < 0 ? null : data.words[name][code];
    };
    const score = (row, at) => {
      if (at === last) return columns.score[row] / HUNDREDTHS;
      const steps = columns[`root.${at}`][row];
      return steps < 0 ? null : (steps / STEPS_A_ROOT) ** 2;
    };
    // Both in the coarser steps, or rounding would look like a change.
    const coarse = (row, at) => {
      const steps = at === last ? root(columns.score[row]) : columns[`root.${at}`][row];
      return steps < 0 ? null : (steps / STEPS_A_ROOT) ** 2;
    };
    const cellId = (cell) => columns.high[cell].toString(16) + columns.low[cell].toString(16).padStart(8, "0");
    return {
      last,
      word,
      score,
      bands: (at) => (at === last ? columns.score_band : columns[`band.${at}`]),
      ofRow: (name, row) => orNull(columns[name][row]),
      year: (row) => (columns.expected_12m[row] < 0 ? null : columns.expected_12m[row] / 10),
      hundredth: (name, row) => (columns[name][row] < 0 ? null : columns[name][row] / HUNDREDTHS),
      count: (row, at) => orNull(columns[`n_1m.${at}`][row]),
      coarse,
      change: (row, at) =>
        at === 0 ? hexbeat.change(null, null) : hexbeat.change(coarse(row, at), coarse(row, at - 1)),
      cellId,
      idOf: (row) => cellId(columns.cell[row]),
      title: (row) => word("place_label", row) ?? `Cell ${cellId(columns.cell[row])}`,
    };
  }

  Object.assign(hexbeat, { unpack, readerOf });
})();
