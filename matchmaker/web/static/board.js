// The organizer's board: choose a meeting, see where it can go, drop it there; by mouse, keyboard or touch. Without this
// script the same page has a list and plain forms.
import { Grid } from "./board_grid.js";
import { Plan } from "./board_plan.js";

const DRAG_FROM = 6; // pixels that a pressed mouse moves before it drags
const PAGE = 10; // rows that Page Up and Page Down go
const EDGE = 48; // pixels from the edge where a drag scrolls
const LOOK_AGAIN = 15_000; // milliseconds between two looks whether others changed the plan

const board = document.getElementById("board");
const element = (name) => document.getElementById(`board-${name}`);
const texts = JSON.parse(element("texts").textContent);
const say = (name, ...values) => values.reduce((text, value) => text.replace("{}", () => value), texts[name]);

class Board {
  constructor(data) {
    this.plan = new Plan(data);
    this.grid = new Grid(element("grid"), this.plan, texts, (slot, table) => this.describe(slot, table));
    this.chosen = null; // the meeting that is about to be moved or placed
    this.clashes = null; // where it cannot go, once the server has told
    this.offered = null; // the taken cell at which a swap is offered
    this.waitingForTurn = Promise.resolve();
    this.latest = this.plan.version; // as the server said last
    this.narrow = window.matchMedia("(max-width: 767.98px)");
    this.byFinger = window.matchMedia("(pointer: coarse)").matches;
    this.slot = Math.max(0, this.plan.slots.findIndex((slot) => slot.id === board.dataset.at));
    this.found = new Set();
  }

  start() {
    element("plain").hidden = true;
    element("grid").hidden = element("status").hidden = false;
    for (const part of board.querySelectorAll(".board-script")) part.hidden = false;
    this.fillChoices();
    this.draw();
    this.showStanding();
    this.narrow.addEventListener("change", () => this.draw());
    element("slot").addEventListener("change", () => this.draw());
    element("room").addEventListener("change", () => this.draw());
    element("grid").addEventListener("click", (event) => this.clicked(event));
    element("grid").addEventListener("keydown", (event) => this.pressed(event));
    element("grid").addEventListener("focusin", (event) => this.look(Grid.placeOf(event.target)));
    element("grid").addEventListener("pointerover", (event) => this.look(Grid.placeOf(event.target)));
    board.addEventListener("pointerdown", (event) => this.grab(event));
    board.addEventListener("submit", (event) => this.submitted(event));
    board.addEventListener("keydown", (event) => event.key === "Escape" && this.release(true));
    element("waiting").addEventListener("click", (event) => this.listClicked(event));
    element("drop").addEventListener("click", () => this.drop(this.offered));
    element("rechoose").addEventListener("click", () => this.choose(this.plan.at(...this.offered)));
    element("escape").addEventListener("click", () => this.release(true));
    element("search").addEventListener("input", () => this.search());
    element("search").addEventListener("submit", (event) => this.nextFound(event));
    this.tell("");
    this.search();
    setInterval(() => this.lookForNews(), LOOK_AGAIN);
    document.addEventListener("visibilitychange", () => this.lookForNews());
  }

  // Whether another organizer changed the plan; nobody asks while the page is hidden. One's own turn comes first: the
  // version that it leads to is no news.
  async lookForNews() {
    if (document.hidden) return;
    try {
      const answer = await fetch(board.dataset.latest, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      this.latest = (await answer.json()).version;
    } catch {
      return; // a weak network: the next look will tell
    }
    await this.waitingForTurn;
    this.showNewer();
  }

  showNewer() {
    element("newer").hidden = !(this.latest > this.plan.version);
  }

  // --- drawing

  fillChoices() {
    const slot = element("slot");
    slot.append(new Option(texts.all, "all"), ...this.plan.slots.map(({ label }, index) => new Option(label, index)));
    const room = element("room");
    room.hidden = this.plan.rooms.length < 2;
    room.append(new Option(texts.everywhere, "all"), ...this.plan.rooms.map(({ name }, index) => new Option(name, index)));
  }

  draw() {
    const choice = element("slot");
    choice.options[0].hidden = choice.options[0].disabled = this.narrow.matches;
    if (this.narrow.matches && choice.value === "all") choice.value = this.slot;
    if (choice.value !== "all") this.slot = Number(choice.value);
    const slots = choice.value === "all" ? this.plan.slots.map((_, index) => index) : [this.slot];
    const room = this.plan.rooms[element("room").value];
    const [first, last] = room ? [room.first, room.last] : [1, this.plan.tables];
    this.grid.draw(slots, Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index));
  }

  describe(slot, table) {
    const meeting = this.plan.at(slot, table);
    const where = this.where([slot, table]);
    const lines = meeting ? [this.plan.names[meeting.need], this.plan.names[meeting.offer]] : [];
    const said = meeting ? [this.plan.title(meeting)] : [texts.empty];
    const state = [meeting ? "taken" : "vacant"];
    const words = [];
    if (meeting?.locked) words.push(texts.locked);
    if (meeting?.status === "held") words.push(texts.held);
    if (meeting?.locked || meeting?.status === "held") state.push("fixed");
    if (this.found.size) state.push(this.found.has(meeting) ? "found" : "dimmed");
    const chosen = meeting !== undefined && meeting === this.chosen;
    if (chosen) state.push("chosen");
    else if (this.clashes) {
      const clash = this.clashAt(slot, table);
      state.push(clash ? "clash" : "fits");
      words.push(clash ? texts.clash : meeting ? texts.swap : texts.free);
    }
    return { lines, state: state.join(" "), words: words.join(" · "), label: `${where}: ${[...said, ...words].join(", ")}`, chosen };
  }

  showStanding() {
    const waiting = this.plan.without("planned");
    element("version").textContent = say("version", this.plan.version);
    this.showNewer();
    element("unpublished").textContent = this.plan.unpublished ?? "";
    for (const name of ["undo", "redo"]) {
      element(name).disabled = !this.plan[name];
      element(name).title = this.plan[name] ? say(name, this.plan[name]) : "";
    }
    for (const input of board.querySelectorAll("input[name=version]")) input.value = this.plan.version;
    element("waiting-title").textContent = say("waiting", waiting.length);
    const lists = [waiting.map((meeting) => this.listed(meeting))];
    const cancelled = this.plan.without("cancelled");
    if (!waiting.length) lists.push([this.line(texts.noneWaiting)]);
    if (cancelled.length) lists.push([this.line(say("cancelled", cancelled.length))], cancelled.map((meeting) => this.listed(meeting)));
    element("waiting").replaceChildren(...lists.flat());
  }

  listed(meeting) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.meeting = meeting.id;
    button.textContent = `${this.plan.title(meeting)} · ${Math.round(meeting.score)}`;
    button.setAttribute("aria-pressed", String(meeting === this.chosen));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  line(text) {
    return Object.assign(document.createElement("li"), { className: "quiet", textContent: text });
  }

  tell(text, { more = Boolean(this.chosen) } = {}) {
    element("says").textContent = text;
    element("status").classList.toggle("is-empty", !text);
    element("drop").hidden = element("rechoose").hidden = true;
    element("escape").hidden = !this.chosen;
    element("more").hidden = !more || !this.narrow.matches;
  }

  // --- choosing and dropping

  async choose(meeting) {
    this.chosen = meeting;
    this.clashes = this.offered = null;
    this.grid.redrawAll();
    this.showStanding();
    this.tell(texts.looking);
    this.open({ meeting: meeting.id });
    const query = new URLSearchParams({ need_side: meeting.need, offer_side: meeting.offer });
    const told = await this.ask(`${board.dataset.clashes}?${query}`);
    if (!told || this.chosen !== meeting) return;
    this.clashes = told;
    this.grid.redrawAll();
    this.tell(this.hint(meeting));
  }

  where([slot, table]) {
    return `${this.plan.slots[slot].label} ${say("table", table)}`;
  }

  hint(meeting) {
    return say(this.byFinger ? "chosenByFinger" : "chosen", this.plan.title(meeting));
  }

  release(aloud = false) {
    if (!this.chosen) return;
    this.chosen = this.clashes = this.offered = null;
    this.grid.redrawAll();
    this.showStanding();
    this.tell(aloud ? texts.givenUp : "");
  }

  clashAt(slot, table) {
    const numbers = this.clashes?.cells[`${slot}-${table}`];
    return numbers && numbers.map((number) => this.clashes.texts[number]).join("；");
  }

  // Says what a drop at that place would do.
  look(place) {
    if (!place || !this.clashes || this.offered) return;
    const [slot, table] = place;
    const meeting = this.plan.at(slot, table);
    const where = this.where(place);
    const clash = this.clashAt(slot, table);
    if (meeting === this.chosen) this.tell(this.hint(meeting));
    else if (clash) this.tell(say("cannot", where, clash));
    else if (meeting) this.tell(say(this.ghost ? "dropSwaps" : "canSwap", where, this.plan.title(meeting)));
    else this.tell(say("can", where));
  }

  activate(place) {
    const meeting = this.plan.at(...place);
    if (!this.chosen && meeting) return this.choose(meeting);
    if (!this.chosen) {
      this.tell(say("cannot", this.where(place), texts.empty), { more: true });
      return this.open({ slot: this.plan.slots[place[0]].id, table: place[1] });
    }
    if (meeting === this.chosen) return this.release(true);
    if (!meeting || String(this.offered) === String(place)) return this.drop(place);
    this.offered = null;
    this.look(place);
    this.offered = place;
    element("rechoose").hidden = false;
    element("drop").hidden = !this.clashes || Boolean(this.clashAt(...place)) || this.chosen.slot < 0;
    return undefined;
  }

  async drop(place) {
    const [slot, table] = place;
    const [meeting, there] = [this.chosen, this.plan.at(slot, table)];
    if (!meeting || meeting === there) return;
    if (this.clashAt(slot, table)) {
      this.offered = null;
      this.look(place);
      return;
    }
    const where = { slot: this.plan.slots[slot].id, table };
    const pair = { need_side: meeting.need, offer_side: meeting.offer };
    const change = meeting.slot < 0
      ? { change: "place", ...pair, ...where }
      : there
        ? { change: "swap", meeting: meeting.id, other: there.id }
        : { change: "move", meeting: meeting.id, ...where };
    if (await this.change(change)) this.grid.focus(slot, table);
  }

  // --- asking the server

  // Changes go one after the other, each from the version that the one before it led to.
  change(values) {
    this.waitingForTurn = this.waitingForTurn.then(() => this.send(values));
    return this.waitingForTurn;
  }

  async send(values) {
    const body = new URLSearchParams({ ...values, version: this.plan.version });
    body.set("csrf_token", board.querySelector("input[name=csrf_token]").value);
    const said = await this.ask(board.dataset.change, { method: "POST", body });
    if (!said) return false;
    this.chosen = this.clashes = this.offered = null;
    const inPanel = element("panel").querySelector("[name=meeting]")?.value;
    this.plan.update(said);
    this.search();
    this.showStanding();
    this.news(said.concurrent_changes ?? "");
    this.tell(said.message);
    element("status").classList.toggle("is-refusal", !said.ok);
    const shown = this.plan.ofPair(values.need_side, values.offer_side)?.id ?? inPanel;
    if (said.ok && shown) this.open({ meeting: shown });
    return said.ok;
  }

  // The answer as an object with `ok`, or nothing when there was none that a board understands.
  async ask(address, options = {}) {
    try {
      const answer = await fetch(address, { ...options, headers: { Accept: "application/json" } });
      if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(answer.status);
      return { ...(await answer.json()), ok: answer.ok };
    } catch {
      this.tell(texts.failed);
      return undefined;
    }
  }

  // The panel beside the board: a meeting with all that can be done about it, or who could meet in a free cell.
  async open(values) {
    this.opening?.abort();
    this.opening = new AbortController();
    try {
      const answer = await fetch(`${board.dataset.panel}?${new URLSearchParams(values)}`, { signal: this.opening.signal });
      if (answer.ok && !answer.redirected) element("panel").innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") this.tell(texts.failed);
    }
  }

  news(text) {
    const note = Object.assign(document.createElement("div"), { className: "alert alert-warning", textContent: text });
    element("news").replaceChildren(...(text ? [note] : []));
  }

  async submitted(event) {
    const form = event.target;
    if (!form.matches("form[data-change]")) return;
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form, event.submitter));
    delete values.csrf_token;
    if (values.change === "move" && values.swap) {
      const there = this.plan.at(this.plan.slots.findIndex((slot) => slot.id === values.slot), Number(values.table));
      if (there && String(there.id) !== values.meeting) Object.assign(values, { change: "swap", other: there.id });
    }
    await this.change(values);
  }

  // --- mouse and touch

  clicked(event) {
    const place = Grid.placeOf(event.target);
    if (!place || this.dragged) return;
    this.grid.focus(...place);
    this.activate(place);
  }

  listClicked(event) {
    const button = event.target.closest("button[data-meeting]");
    if (!button || this.dragged) return;
    const meeting = this.plan.find(Number(button.dataset.meeting));
    if (meeting === this.chosen) this.release(true);
    else this.choose(meeting);
  }

  // A pressed mouse that moves drags; a finger scrolls, and taps instead.
  grab(event) {
    this.dragged = false;
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const place = Grid.placeOf(event.target);
    const listed = event.target.closest?.("button[data-meeting]");
    const meeting = place ? this.plan.at(...place) : listed && this.plan.find(Number(listed.dataset.meeting));
    if (!meeting) return;
    const moved = (to) => {
      if (!this.dragged && Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY) < DRAG_FROM) return;
      if (!this.dragged) this.beginDrag(meeting);
      this.follow(to);
    };
    const ended = (at) => {
      document.removeEventListener("pointermove", moved);
      document.removeEventListener("pointerup", ended);
      document.removeEventListener("pointercancel", ended);
      if (this.dragged) this.endDrag(meeting, at);
    };
    document.addEventListener("pointermove", moved);
    document.addEventListener("pointerup", ended);
    document.addEventListener("pointercancel", ended);
  }

  beginDrag(meeting) {
    this.dragged = true;
    this.ghost = Object.assign(document.createElement("div"), { className: "board-ghost", textContent: this.plan.title(meeting) });
    document.body.append(this.ghost);
    board.classList.add("is-dragging");
    this.choosing = this.choose(meeting);
  }

  follow(to) {
    this.ghost.style.transform = `translate(${to.clientX + 12}px, ${to.clientY + 12}px)`;
    const under = document.elementFromPoint(to.clientX, to.clientY);
    this.grid.aim(under?.closest("[role=gridcell]"));
    this.look(Grid.placeOf(under));
    const box = element("grid").getBoundingClientRect();
    const pull = (at, low, high) => (at < low + EDGE ? -EDGE / 3 : at > high - EDGE ? EDGE / 3 : 0);
    element("grid").scrollBy(pull(to.clientX, box.left, box.right), pull(to.clientY, box.top, box.bottom));
  }

  async endDrag(meeting, at) {
    this.ghost.remove();
    this.ghost = null;
    this.grid.aim(null);
    board.classList.remove("is-dragging");
    const under = document.elementFromPoint(at.clientX, at.clientY);
    const place = at.type === "pointerup" ? Grid.placeOf(under) : null;
    await this.choosing;
    if (this.chosen !== meeting) return;
    if (place) await this.drop(place);
    else if (at.type === "pointerup" && meeting.slot >= 0 && under?.closest("#board-waiting")) {
      await this.change({ change: "take-off", meeting: meeting.id });
    } else this.release(true);
  }

  // --- keyboard

  pressed(event) {
    const place = Grid.placeOf(event.target);
    if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.keys(place)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  keys(place) {
    const go = (columns, rows) => () => {
      this.offered = null;
      this.goTo(this.grid.step(...place, columns, rows), columns, place);
    };
    return {
      ArrowUp: go(0, -1),
      ArrowDown: go(0, 1),
      ArrowLeft: go(-1, 0),
      ArrowRight: go(1, 0),
      PageUp: go(0, -PAGE),
      PageDown: go(0, PAGE),
      Home: go(-Infinity, 0),
      End: go(Infinity, 0),
      Enter: () => this.activate(place),
      " ": () => this.activate(place),
      l: () => this.toggleLock(this.chosen ?? this.plan.at(...place), place),
      u: () => this.repeat("undo", place),
      r: () => this.repeat("redo", place),
    };
  }

  // Where one slot is shown, left and right lead to the slot before and after.
  goTo([slot, table], columns, from) {
    const next = from[0] + columns;
    if (this.grid.slots.length === 1 && columns && this.plan.slots[next]) {
      this.show(next, table);
    } else {
      this.grid.focus(slot, table);
    }
  }

  show(slot, table) {
    if (!this.grid.has(slot, table)) {
      element("room").value = "all";
      if (element("slot").value !== "all") element("slot").value = slot;
      this.draw();
    }
    this.grid.focus(slot, table);
  }

  async toggleLock(meeting, place) {
    if (!meeting || meeting.slot < 0) return;
    await this.change({ change: meeting.locked ? "unlock" : "lock", meeting: meeting.id });
    this.grid.focus(...place);
  }

  async repeat(change, place) {
    await this.change({ change });
    this.grid.focus(...place);
  }

  // --- searching

  search() {
    const text = element("search").elements.text.value;
    const found = this.plan.named(text);
    this.found = new Set(found);
    this.grid.redrawAll();
    if (!text.trim()) return;
    const when = [...new Set(found.map((meeting) => this.plan.slots[meeting.slot].label))].join(" ");
    this.tell(found.length ? say("found", found.length, when) : texts.foundNone);
  }

  nextFound(event) {
    event.preventDefault();
    const found = [...this.found];
    if (!found.length) return;
    const last = found.findIndex((meeting) => String([meeting.slot, meeting.table]) === String(this.grid.focused));
    const next = found[(last + 1) % found.length];
    this.show(next.slot, next.table);
  }
}

const answer = await fetch(board.dataset.data, { headers: { Accept: "application/json" } });
if (answer.ok && !answer.redirected) {
  const data = await answer.json();
  if (data.slots.length) new Board(data).start();
}
