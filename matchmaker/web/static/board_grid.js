// The board as an ARIA grid: a row for each table, a column for each slot; one column on a phone.

export class Grid {
  // `describe(slot, table)` gives a cell's lines, state and label; `texts` the words for tables and the board.
  constructor(root, plan, texts, describe) {
    this.root = root;
    this.plan = plan;
    this.texts = texts;
    this.describe = describe;
    this.cells = new Map();
    this.focused = null;
    root.setAttribute("role", "grid");
    root.setAttribute("aria-label", texts.board);
    root.tabIndex = -1;
  }

  draw(slots, tables) {
    this.slots = slots;
    this.tables = tables;
    this.cells.clear();
    this.root.classList.toggle("one-slot", slots.length === 1);
    this.root.style.setProperty("--slots", slots.length);
    this.root.setAttribute("aria-rowcount", tables.length + 1);
    this.root.setAttribute("aria-colcount", slots.length + 1);
    const rows = document.createDocumentFragment();
    rows.append(this.#row([this.#head("columnheader", ""), ...slots.map((slot) => this.#head("columnheader", this.plan.slots[slot].label))]));
    for (const table of tables) {
      const cells = slots.map((slot) => this.#cell(slot, table));
      rows.append(this.#row([this.#head("rowheader", this.texts.table.replace("{}", table)), ...cells]));
    }
    this.root.replaceChildren(rows);
    const [slot, table] = this.focused ?? [];
    this.#makeCurrent(this.cells.get(`${slot}-${table}`) ?? this.cells.get(`${slots[0]}-${tables[0]}`));
  }

  redraw(places) {
    for (const [slot, table] of places) {
      const cell = this.cells.get(`${slot}-${table}`);
      if (cell) this.#fill(cell, slot, table);
    }
  }

  redrawAll() {
    for (const cell of this.cells.values()) this.#fill(cell, Number(cell.dataset.slot), Number(cell.dataset.table));
  }

  has(slot, table) {
    return this.cells.has(`${slot}-${table}`);
  }

  focus(slot, table) {
    const cell = this.cells.get(`${slot}-${table}`);
    if (!cell) return;
    this.#makeCurrent(cell);
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Marks the cell that a drag is over.
  aim(cell) {
    this.root.querySelector(".aimed")?.classList.remove("aimed");
    cell?.classList.add("aimed");
  }

  // The place of the cell so many columns and rows away, within the board.
  step(slot, table, columns, rows) {
    const within = (list, value, by) => list[Math.max(0, Math.min(list.length - 1, list.indexOf(value) + by))];
    return [within(this.slots, slot, columns), within(this.tables, table, rows)];
  }

  static placeOf(node) {
    const cell = node instanceof Element ? node.closest("[role=gridcell]") : null;
    return cell ? [Number(cell.dataset.slot), Number(cell.dataset.table)] : null;
  }

  #row(cells) {
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    row.append(...cells);
    return row;
  }

  #head(role, text) {
    const head = document.createElement("div");
    head.setAttribute("role", role);
    head.textContent = text;
    return head;
  }

  #cell(slot, table) {
    const cell = document.createElement("div");
    cell.setAttribute("role", "gridcell");
    cell.tabIndex = -1;
    cell.dataset.slot = slot;
    cell.dataset.table = table;
    this.cells.set(`${slot}-${table}`, cell);
    this.#fill(cell, slot, table);
    return cell;
  }

  #fill(cell, slot, table) {
    const { lines, state, words, label, chosen } = this.describe(slot, table);
    cell.className = state;
    cell.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("span"), { textContent: line })),
      ...(words ? [Object.assign(document.createElement("em"), { textContent: words })] : []),
    );
    cell.setAttribute("aria-label", label);
    cell.title = label;
    if (chosen) cell.setAttribute("aria-selected", "true");
    else cell.removeAttribute("aria-selected");
  }

  #makeCurrent(cell) {
    if (this.current) this.current.tabIndex = -1;
    this.current = cell;
    if (!cell) return;
    cell.tabIndex = 0;
    this.focused = Grid.placeOf(cell);
  }
}
