"use strict";
// The page: its choices, their effects, and the address that stores them.
(function () {
  const { byId, element, drawing, clock, periodName, nextName, whole, BANDS } = hexbeat;
  const PLAY_EVERY_MS = 900;
  const SHARES = [
    [1, "Top 1 %"],
    [2, "Top 2 %"],
    [5, "Top 5 %"],
    [20, "Top 20 %"],
    [100, "All listed"],
  ];

  function start(data) {
    hexbeat.setClock(data);
    const known = hexbeat.readerOf(data);
    const view = hexbeat.viewOf(data, known);
    const state = {
      force: data.forces.length === 1 ? 0 : null,
      group: 0,
      share: 100,
      at: known.last,
      cell: null,
      list: "cells",
      search: "",
    };
    const act = { choose: (cell) => open(cell, { go: true }), back: backToList, close: close };
    const list = hexbeat.listOf(data, known, view, state, act);
    const profile = hexbeat.profileOf(data, known, view, state, act);
    let map = null;
    let playing = null;

    function showStatus(shapes, isFinest, tier) {
      const force = state.force === null ? null : data.forces[state.force];
      const unscored =
        force !== null && force.ranked[state.at] === 0
          ? `${force.name} has no score at this as-of ${clock.period}.`
          : null;
      const note = force?.note ?? unscored;
      const finest = view.finest.resolution;
      const drawn =
        shapes === 0
          ? "No cells in view."
          : isFinest
            ? `Showing all ${whole.format(shapes)} cells in view.`
            : `Showing ${whole.format(shapes)} areas of up to ${whole.format(7 ** (finest - tier.resolution))} cells, each as its highest cell; zoom in for the cells.`;
      byId("status").textContent = note ? `${drawn} ${note}` : drawn;
    }

    // Updates everything that depends on a choice; `fit` moves the map to it.
    function update({ fit = false } = {}) {
      view.choose(state);
      show();
      list.fill();
      if (fit) map.fit();
      map.keepNamesApart(names);
      map.draw();
      remember();
    }

    function show() {
      const { label, note } = data.groups[state.group];
      const month = periodName(data.as_ofs[state.at]);
      byId("as-of").value = String(state.at);
      byId("as-of").setAttribute("aria-valuetext", month);
      byId("as-of-name").textContent = month;
      byId("shown").textContent =
        `${label}: counts to the end of ${month}, expected ${nextName(data.as_ofs[state.at])}`;
      byId("group-note").textContent = data.groups[state.group].whole
        ? note
        : `${note}. For this group, only each force’s top 5 % is listed.`;
      byId("force").value = state.force === null ? "" : String(state.force);
      byId("group").value = String(state.group);
      byId("share").value = String(state.share);
      byId("list").value = state.list;
    }

    function open(cell, { go = false } = {}) {
      state.cell = cell;
      profile.open(cell);
      list.press();
      if (go) {
        map.goTo(cell);
        byId("panel-title").focus({ preventScroll: true });
      }
      byId("panel-title").scrollIntoView({ block: "nearest" });
      map.mark();
      remember();
    }

    function close() {
      const cell = state.cell;
      state.cell = null;
      profile.close();
      list.press();
      map.mark();
      remember();
      (byId("top").querySelector(`[data-cell="${cell}"]`) ?? byId("cells")).focus();
    }

    // A click where nothing is listed clears the chosen cell.
    function leave() {
      state.cell = null;
      profile.nothing(null);
      list.press();
      map.mark();
      remember();
    }

    function backToList() {
      (byId("top").querySelector(`[data-cell="${state.cell}"]`) ?? byId("cells")).focus();
    }

    function remember() {
      const parts = new URLSearchParams();
      if (state.force !== null) parts.set("force", data.forces[state.force].force);
      parts.set("group", data.groups[state.group].slug);
      parts.set("as-of", data.as_ofs[state.at]);
      if (state.share !== 100) parts.set("top", String(state.share));
      if (state.cell !== null) parts.set("cell", known.cellId(state.cell));
      history.replaceState(null, "", `#${parts}`);
    }

    // The address is not trusted: a value that is not valid changes nothing.
    function recall() {
      const parts = new URLSearchParams(location.hash.slice(1));
      if (!parts.has("group") && !parts.has("cell") && !parts.has("force")) return false;
      const at = (values, wanted, otherwise) => (values.includes(wanted) ? values.indexOf(wanted) : otherwise);
      state.force = at(
        data.forces.map((one) => one.force),
        parts.get("force"),
        state.force,
      );
      state.group = at(
        data.groups.map((one) => one.slug),
        parts.get("group"),
        state.group,
      );
      state.at = at(data.as_ofs, parts.get("as-of"), state.at);
      state.share = SHARES.some(([share]) => String(share) === parts.get("top"))
        ? Number(parts.get("top"))
        : state.share;
      state.cell = parts.has("cell") ? view.cellOf(parts.get("cell")) : state.cell;
      return true;
    }

    function follow() {
      if (!recall()) return;
      update({ fit: state.cell === null });
      if (state.cell !== null) open(state.cell, { go: true });
    }

    function stepTo(at) {
      state.at = at;
      update();
      performance.mark("map-stepped");
    }

    function pause() {
      clearInterval(playing);
      playing = null;
      byId("play").textContent = "Play";
    }

    function play() {
      if (playing !== null) return pause();
      byId("play").textContent = "Pause";
      if (state.at === known.last) stepTo(0);
      playing = setInterval(() => {
        if (state.at === known.last) return pause();
        stepTo(state.at + 1);
      }, PLAY_EVERY_MS);
    }

    function on(id, what, then) {
      byId(id).addEventListener(what, (event) => then(event.target.value));
    }

    function listen() {
      on("force", "change", (value) => {
        state.force = value === "" ? null : Number(value);
        list.shorten();
        update({ fit: true });
      });
      on("group", "change", (value) => {
        state.group = Number(value);
        list.shorten();
        update();
        if (state.cell !== null) profile.open(state.cell);
      });
      on("share", "change", (value) => {
        state.share = Number(value);
        update();
      });
      on("list", "change", (value) => {
        state.list = value;
        list.shorten();
        list.fill();
      });
      on("search", "input", (value) => {
        state.search = value;
        list.shorten();
        list.fill();
      });
      on("as-of", "input", (value) => {
        pause();
        stepTo(Number(value));
      });
      byId("play").addEventListener("click", play);
      byId("more").addEventListener("click", list.lengthen);
      byId("save").addEventListener("click", list.save);
      byId("find").addEventListener("submit", (event) => {
        event.preventDefault();
        byId("top").querySelector("button")?.focus();
      });
      window.addEventListener("hashchange", follow);
    }

    function offer() {
      if (data.forces.length > 1) byId("force").append(element("option", "All forces", { value: "" }));
      data.forces.forEach((force, i) => byId("force").append(element("option", force.name, { value: i })));
      data.groups.forEach((group, i) => byId("group").append(element("option", group.label, { value: i })));
      for (const [share, words] of SHARES) byId("share").append(element("option", words, { value: share }));
      byId("as-of").max = String(known.last);
      byId("as-of").parentElement.hidden = known.last === 0;
      for (const band of data.bands) byId("bands").append(legend(BANDS[band]));
    }

    offer();
    recall();
    view.choose(state);
    map = hexbeat.mapOf(data, known, view, state, showStatus);
    map.fit();
    const names = data.forces.length > 1 ? map.nameForces() : [];
    profile.close();
    update();
    map.leaflet.on("moveend resize", map.draw);
    map.leaflet.on("moveend resize", () => map.keepNamesApart(names));
    map.leaflet.on("click", (event) => {
      const cell = map.cellAt(event);
      if (cell === null) leave();
      else open(cell);
    });
    listen();
    if (state.cell !== null) open(state.cell, { go: true });
  }

  function legend({ label, style: { fillColor, color, weight, dashArray } }) {
    const svg = drawing("svg", { width: 26, height: 28, "aria-hidden": true });
    svg.append(
      drawing("polygon", {
        points: "13,2 23,8 23,20 13,26 3,20 3,8",
        fill: fillColor,
        stroke: color,
        "stroke-width": weight,
        "stroke-dasharray": dashArray ?? "none",
      }),
    );
    const entry = element("li");
    entry.append(svg, element("span", label));
    return entry;
  }

  async function begin() {
    const state = document.documentElement.dataset;
    try {
      start(await hexbeat.unpack(byId("payload")));
      state.map = "ready";
      performance.mark("map-ready");
    } catch (error) {
      state.map = "failed";
      byId("status").className = "alert";
      byId("status").textContent = `The map could not be drawn: ${error.message}`;
      throw error;
    }
  }

  begin();
})();
