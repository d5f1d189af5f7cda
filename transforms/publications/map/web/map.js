"use strict";
// The page: its choices, their effects, and the address that stores them.
(function () {
  const { byId, element, periodName, nextName, expected, whole } = hexbeat;
  const PLAY_EVERY_MS = 900;
  const SHARES = [
    [1, "Top 1 %"],
    [2, "Top 2 %"],
    [5, "Top 5 %"],
    [20, "Top 20 %"],
    [100, "All listed"],
  ];
  const LISTS = ["hotspots", "cells"];
  const WHEN = { any: "At any time", day: "By day", night: "By night" };
  const NARROW = window.matchMedia("(max-width: 55.99rem)");
  hexbeat.isNarrow = () => NARROW.matches;

  function start(data) {
    hexbeat.setClock(data);
    const known = hexbeat.readerOf(data);
    const hours = hexbeat.hoursOf(data);
    const view = hexbeat.viewOf(data, known, hours);
    const ways = hexbeat.waysOf(data);
    const state = {
      force: firstForce(data, known),
      group: 0,
      share: 100,
      at: known.last,
      chosen: null, // { kind: "cell", cell } or { kind: "spot", spot }
      list: "hotspots",
      when: "any", // or by "day" or "night", of hot spots
      area: null, // { name, code }
      compare: "none",
      search: "",
      sought: null, // a place that the search has led to
    };
    state.comparer = hexbeat.comparerOf(data, known, state);
    const act = { choose: (chosen) => open(chosen, { go: true }), close };
    const labels = hexbeat.labelsOf(data);
    const list = hexbeat.listOf(data, known, view, hours, state, act);
    const profile = hexbeat.profileOf(data, known, view, hours, state, act);
    let map = null;
    let legend = null;
    let names = [];
    let playing = null;

    function showDrawn(said) {
      legend.show(said);
      byId("status").textContent = statusOf(said);
    }

    // What is new and what left, of the hot spots in view.
    function changesOf({ added = 0, left = 0 }) {
      if (added + left === 0) return "";
      return ` ${whole.format(added)} new (+), ${whole.format(left)} left (−) since ${known.since(state.at)}.`;
    }

    function statusOf({ kind, shapes, ...changes }) {
      const force = state.force === null ? null : data.forces[state.force];
      const unscored =
        force !== null && force.ranked[state.at] === 0
          ? `${force.name} has no score with data up to ${periodName(data.as_ofs[state.at])}.`
          : null;
      const number = whole.format(shapes);
      const what = {
        spots: `Showing ${number} hot spots, by incidents ${state.when === "any" ? "expected" : `from ${hours.span(state.when)}`}.${changesOf(changes)}`,
        circles: `Showing ${number} circles, each the cells around it, sized by incidents expected; zoom in for the cells.`,
        cells: `Showing all ${number} cells in view.`,
      };
      const drawn = shapes === 0 ? `No ${kind === "spots" ? "hot spots" : "cells"} in view.` : what[kind];
      const note = force?.note ?? unscored;
      return note ? `${drawn} ${note}` : drawn;
    }

    // Updates everything that depends on a choice; `fit` moves the map to it.
    function update({ fit = false } = {}) {
      view.choose(state);
      show();
      list.fill();
      if (fit) map.fit();
      map.draw();
      map.keepNamesApart(names);
      if (state.chosen !== null) profile.open(state.chosen);
      remember();
    }

    function show() {
      const { note, whole: isWhole } = data.groups[state.group];
      const month = periodName(data.as_ofs[state.at]);
      byId("as-of").value = String(state.at);
      byId("as-of").setAttribute("aria-valuetext", month);
      byId("as-of-name").textContent = month;
      byId("shown").textContent = `Data up to ${month}; expected ${nextName(data.as_ofs[state.at])}`;
      const isCells = state.list === "cells";
      byId("group-note").textContent =
        isWhole || !isCells ? note : `${note}. For this group, only each force’s top 5 % is listed.`;
      byId("force").value = state.force === null ? "" : String(state.force);
      byId("group").value = String(state.group);
      byId("share").value = String(state.share);
      byId("share").parentElement.hidden = !isCells;
      byId("list").value = state.list;
      byId("compare").value = state.compare;
      byId("when").value = state.when;
      byId("when").parentElement.hidden = isCells || !hours.has;
      hours.showGroup(state.group);
      byId("area").value = state.area === null ? "" : `${state.area.name}:${state.area.code}`;
    }

    function open(chosen, { go = false } = {}) {
      state.chosen = chosen;
      profile.open(chosen);
      list.press();
      if (go) {
        map.goTo(chosen);
        byId("panel-title").focus({ preventScroll: true });
      }
      if (hexbeat.isNarrow()) byId("place").scrollIntoView({ block: "start" });
      byId("side").scrollTop = 0;
      byId("panel").scrollTop = 0;
      map.mark();
      remember();
    }

    function goToPlace(place) {
      state.sought = place;
      map.goToPlace(place);
      map.keepNamesApart(names);
      if (hexbeat.isNarrow()) byId("place").scrollIntoView({ block: "start" });
    }

    function close() {
      const entry = list.chosen();
      state.chosen = null;
      profile.close();
      list.press();
      map.mark();
      remember();
      (entry ?? byId("map")).focus({ preventScroll: !entry });
    }

    // A click where nothing is drawn clears what was chosen.
    function leave() {
      state.chosen = null;
      profile.close();
      list.press();
      map.mark();
      remember();
    }

    function remember() {
      const parts = new URLSearchParams();
      if (data.forces.length > 1) parts.set("force", state.force === null ? "all" : data.forces[state.force].force);
      parts.set("group", data.groups[state.group].slug);
      parts.set("show", state.list);
      parts.set("as-of", data.as_ofs[state.at]);
      if (state.share !== 100) parts.set("top", String(state.share));
      if (state.compare !== "none") parts.set("compare", state.compare);
      if (state.when !== "any") parts.set("when", state.when);
      if (state.area !== null)
        parts.set("area", `${state.area.name}:${data.words[`area.${state.area.name}`][state.area.code]}`);
      if (state.chosen?.kind === "cell") parts.set("cell", known.cellId(state.chosen.cell));
      if (state.chosen?.kind === "spot") parts.set("spot", data.hotspots[state.chosen.spot].id);
      history.replaceState(null, "", `#${parts}`);
    }

    // The address is not trusted: a value that is not valid changes nothing.
    function recall() {
      const parts = new URLSearchParams(location.hash.slice(1));
      if (!["group", "cell", "spot", "force", "show"].some((name) => parts.has(name))) return false;
      const at = (values, wanted, otherwise) => (values.includes(wanted) ? values.indexOf(wanted) : otherwise);
      const forces = data.forces.map((one) => one.force);
      state.force = parts.get("force") === "all" ? null : at(forces, parts.get("force"), state.force);
      const groups = data.groups.map((one) => one.slug);
      state.group = at(groups, parts.get("group"), state.group);
      state.at = at(data.as_ofs, parts.get("as-of"), state.at);
      state.share = SHARES.some(([share]) => String(share) === parts.get("top"))
        ? Number(parts.get("top"))
        : state.share;
      const inferred = parts.has("cell") || parts.has("top") ? "cells" : state.list;
      state.list = LISTS.includes(parts.get("show")) ? parts.get("show") : inferred;
      state.compare = parts.get("compare") in ways && known.last > 0 ? parts.get("compare") : state.compare;
      state.when = hours.has && parts.get("when") in WHEN ? parts.get("when") : state.when;
      state.area = areaCalled(parts.get("area")) ?? state.area;
      const cell = parts.has("cell") ? view.cellOf(parts.get("cell")) : null;
      const spot = parts.has("spot") ? view.spotCalled(parts.get("spot")) : null;
      if (cell !== null) state.chosen = { kind: "cell", cell };
      if (spot !== null) state.chosen = { kind: "spot", spot };
      return true;
    }

    function areaCalled(text) {
      const [name, word] = (text ?? "").split(/:(.*)/s);
      if (!data.filters.includes(name)) return null;
      const code = data.words[`area.${name}`].indexOf(word);
      return code < 0 ? null : { name, code };
    }

    function follow() {
      if (!recall()) return;
      update({ fit: state.chosen === null });
      if (state.chosen !== null) open(state.chosen, { go: true });
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
      if (state.at === known.last) stepTo(known.first);
      playing = setInterval(() => {
        if (state.at === known.last) return pause();
        stepTo(state.at + 1);
      }, PLAY_EVERY_MS);
    }

    // The name and the figure of what is drawn at a place.
    function inWords(hit) {
      const rows = hit.kind === "spot" ? known.rowsOf(hit.spot, state.at) : rowsOfHit(hit);
      if (rows.length === 0) return hasLeft(hit.spot);
      const score =
        hit.kind === "spot" ? known.spotExpected(hit.spot, state.at) : (hit.sum ?? known.score(hit.row, state.at));
      const more =
        rows.length > 1 && hit.kind === "cell" ? ` and ${whole.format(rows.length - 1)} cells around it` : "";
      const name = (hit.kind === "spot" ? hexbeat.spotName(data, known, hit.spot) : known.title(hit.row)) + more;
      if (state.compare === "none") return [name, `${expected(score)} expected ${nextName(data.as_ofs[state.at])}`];
      const [counts, change] = state.comparer.figures(rows);
      return [name, `${counts}, ${change}`];
    }

    const hasLeft = (spot) => [
      hexbeat.spotName(data, known, spot),
      `Left since ${known.since(state.at)}: was no. ${known.spotRank(spot, known.previous(state.at))}`,
    ];

    const rowsOfHit = ({ row, tier, run }) => (tier ? [...view.rowsUnder(tier, run)] : [row]);

    function hover(event) {
      const hit = map.at(event.latlng);
      map.leaflet.getContainer().classList.toggle("over", hit !== null);
      const box = byId("hover");
      box.hidden = hit === null;
      if (hit === null) return;
      const [name, figure] = inWords(hit);
      box.replaceChildren(element("b", name), figure);
      hexbeat.placeBeside(box, event.containerPoint, map.leaflet.getSize());
    }

    function hideHover() {
      byId("hover").hidden = true;
      map.leaflet.getContainer().classList.remove("over");
    }

    // By keyboard: a cross in the middle of the map, and what lies under it.
    function lookAtMiddle() {
      const holder = map.leaflet.getContainer();
      const isHeld = document.activeElement === holder && holder.matches(":focus-visible");
      byId("frame").classList.toggle("cross", isHeld);
      if (!isHeld) return;
      const hit = map.inMiddle();
      if (hit !== null) byId("status").textContent = `In the middle: ${inWords(hit).join(", ")}. Enter opens it.`;
    }

    function pressOnMap(event) {
      if (event.target !== map.leaflet.getContainer() || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      const hit = map.inMiddle();
      if (hit !== null) open(hit, { go: false });
      if (hit !== null) byId("panel-title").focus({ preventScroll: true });
    }

    function on(id, what, then) {
      byId(id).addEventListener(what, (event) => then(event.target.value));
    }

    function choose(id, then, { fit = false } = {}) {
      on(id, "change", (value) => {
        then(value);
        list.shorten();
        update({ fit });
      });
    }

    function listen() {
      const chooseForce = (value) => {
        state.force = value === "" ? null : Number(value);
        leave();
      };
      choose("force", chooseForce, { fit: true });
      choose("group", (value) => {
        state.group = Number(value);
        if (state.chosen?.kind === "spot") leave();
      });
      choose("share", (value) => {
        state.share = Number(value);
      });
      choose("list", (value) => {
        state.list = value;
      });
      choose("when", (value) => {
        state.when = value;
      });
      choose("compare", (value) => {
        state.compare = value;
      });
      const chooseArea = (value) => {
        const [name, code] = value.split(":");
        state.area = value === "" ? null : { name, code: Number(code) };
      };
      choose("area", chooseArea, { fit: true });
      on("search", "input", (value) => {
        state.search = value;
        hexbeat.fillPlaces(labels.find(value), goToPlace);
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
        (byId("place-list").querySelector("button") ?? byId("top").querySelector("button"))?.focus();
      });
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && state.chosen !== null && event.target !== byId("search")) close();
      });
      window.addEventListener("hashchange", follow);
      listenToMap();
      listenToPrinter();
    }

    function listenToMap() {
      const { leaflet } = map;
      leaflet.on("moveend resize", map.draw);
      leaflet.on("moveend resize", () => map.keepNamesApart(names));
      leaflet.on("moveend", lookAtMiddle);
      leaflet.on("click", (event) => {
        const hit = map.at(event.latlng);
        if (hit === null) leave();
        else open(hit);
      });
      leaflet.on("mousemove", hover);
      leaflet.on("mouseout movestart", hideHover);
      const holder = leaflet.getContainer();
      holder.addEventListener("keydown", pressOnMap);
      for (const what of ["focus", "blur"]) holder.addEventListener(what, lookAtMiddle);
    }

    // On paper the map has another size: what was in view stays in view.
    function listenToPrinter() {
      const { leaflet } = map;
      let before = null;
      window.addEventListener("beforeprint", () => {
        before = { centre: leaflet.getCenter(), zoom: leaflet.getZoom() };
        const bounds = leaflet.getBounds();
        const { style } = leaflet.getContainer();
        [style.width, style.height] = ["700px", "560px"];
        leaflet.invalidateSize({ animate: false, pan: false });
        leaflet.fitBounds(bounds, { animate: false });
        map.draw();
        map.flatten();
      });
      window.addEventListener("afterprint", () => {
        const { style } = leaflet.getContainer();
        [style.width, style.height] = ["", ""];
        leaflet.invalidateSize({ animate: false, pan: false });
        if (before) leaflet.setView(before.centre, before.zoom, { animate: false });
      });
    }

    function offer() {
      if (data.forces.length > 1) byId("force").append(element("option", "All forces", { value: "" }));
      data.forces.forEach((force, i) => byId("force").append(element("option", force.name, { value: i })));
      data.groups.forEach((group, i) => byId("group").append(element("option", group.label, { value: i })));
      for (const [share, words] of SHARES) byId("share").append(element("option", words, { value: share }));
      for (const [way, words] of Object.entries(ways)) byId("compare").append(element("option", words, { value: way }));
      byId("compare").parentElement.hidden = known.last === 0;
      for (const [when, words] of Object.entries(WHEN))
        byId("when").append(
          element("option", when === "any" || !hours.has ? words : `${words}, ${hours.span(when)}`, { value: when }),
        );
      byId("as-of").min = String(known.first);
      byId("as-of").max = String(known.last);
      byId("as-of").parentElement.hidden = known.first === known.last;
      offerAreas();
      byId("legend").open = !hexbeat.isNarrow();
    }

    function offerAreas() {
      byId("area").parentElement.hidden = data.filters.length === 0;
      byId("area").append(element("option", "All areas", { value: "" }));
      for (const name of data.filters) {
        const words = data.words[`area.${name}`]
          .map((word, code) => ({ word, code }))
          .filter(({ word }) => word !== null);
        words.sort((a, b) => a.word.localeCompare(b.word, "en-GB", { numeric: true }));
        const group = element("optgroup", null, { label: hexbeat.heading(name) });
        group.append(...words.map(({ word, code }) => element("option", word, { value: `${name}:${code}` })));
        byId("area").append(group);
      }
    }

    offer();
    recall();
    view.choose(state);
    map = hexbeat.mapOf(data, known, view, labels, state, showDrawn);
    legend = hexbeat.legendOf(data, known, state, map.opaque);
    map.fit();
    names = data.forces.length > 1 ? map.nameForces() : [];
    update();
    listen();
    if (state.chosen !== null) open(state.chosen, { go: true });
  }

  // The page opens on one force: the first that is scored.
  function firstForce(data, known) {
    const scored = data.forces.findIndex((force) => force.ranked[known.last] > 0);
    return Math.max(0, scored);
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
