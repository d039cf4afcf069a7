// The plan as the board knows it: who meets whom, where; kept up to date with what the server says has changed.

const FIELDS = ["id", "need", "offer", "slot", "table", "locked", "status", "score"];

const key = (need, offer) => `${need}-${offer}`;
const cell = (slot, table) => `${slot}-${table}`;

export class Plan {
  constructor(data) {
    this.slots = data.slots;
    this.tables = data.tables;
    this.rooms = data.rooms;
    this.names = data.names;
    this.meetings = new Map();
    this.cells = new Map();
    this.update({ ...data, changed: data.meetings, gone: [] });
  }

  // Takes in what changed; returns the cells ([slot, table]) to draw anew.
  update(news) {
    this.version = news.version;
    this.unpublished = news.unpublished;
    this.undo = news.undo;
    this.redo = news.redo;
    const touched = [];
    const leave = (known) => {
      if (!known || known.slot < 0) return;
      touched.push([known.slot, known.table]);
      if (this.cells.get(cell(known.slot, known.table)) === known) this.cells.delete(cell(known.slot, known.table));
    };
    for (const [need, offer] of news.gone) {
      leave(this.meetings.get(key(need, offer)));
      this.meetings.delete(key(need, offer));
    }
    const changed = news.changed.map((row) => Object.fromEntries(FIELDS.map((name, index) => [name, row[index]])));
    for (const meeting of changed) leave(this.meetings.get(key(meeting.need, meeting.offer)));
    for (const meeting of changed) {
      this.meetings.set(key(meeting.need, meeting.offer), meeting);
      if (meeting.slot < 0) continue;
      this.cells.set(cell(meeting.slot, meeting.table), meeting);
      touched.push([meeting.slot, meeting.table]);
    }
    return touched;
  }

  at(slot, table) {
    return this.cells.get(cell(slot, table));
  }

  find(id) {
    return [...this.meetings.values()].find((meeting) => meeting.id === id);
  }

  ofPair(need, offer) {
    return this.meetings.get(key(need, offer));
  }

  // Meetings without a place, best first: those that wait for one, or those that gave it up.
  without(status) {
    return [...this.meetings.values()]
      .filter((meeting) => meeting.slot < 0 && meeting.status === status)
      .sort((one, other) => other.score - one.score);
  }

  title(meeting) {
    return `${this.names[meeting.need]} — ${this.names[meeting.offer]}`;
  }

  // The meetings of whoever is so named, by slot and table.
  named(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    return [...this.cells.values()]
      .filter((meeting) => this.title(meeting).toLowerCase().includes(wanted))
      .sort((one, other) => one.slot - other.slot || one.table - other.table);
  }
}
