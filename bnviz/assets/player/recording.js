// The frames received so far, kept in growing arrays. Messages may overlap, repeat or go missing.

/** A typed array that grows by doubling. */
class Growing {
  constructor(sample) {
    this.values = new sample.constructor(Math.max(64, sample.length * 2));
  }

  write(array, at) {
    const needed = at + array.length;
    if (needed > this.values.length) {
      const grown = new this.values.constructor(needed * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set(array, at);
  }
}

/** One dataset: columns that stay, columns with R values a frame. */
class Table {
  constructor(entry) {
    this.dataset = entry.dataset;
    this.kind = entry.kind;
    this.rows = entry.rows;
    this.stay(entry);
    this.moving = entry.columns
      .filter((column) => column.array)
      .map((column) => ({ name: column.name, store: new Growing(column.array) }));
  }

  /** Take over the columns that stay. */
  stay(entry) {
    this.fixed = entry.columns.filter((column) => column.values);
  }

  write(entry, first) {
    for (const column of entry.columns) {
      if (!column.array) continue;
      this.moving.find((one) => one.name === column.name).store.write(column.array, first * this.rows);
    }
  }

  /** Return the value of one per-frame column; what is not finite is a gap. */
  at(column, frame, row) {
    const value = column.store.values[frame * this.rows + row];
    return Number.isFinite(value) ? value : null;
  }

  /** Return the row objects of one frame. */
  rowsAt(frame) {
    return Array.from({ length: this.rows }, (_, row) => {
      const datum = {};
      for (const column of this.fixed) datum[column.name] = column.values[row];
      for (const column of this.moving) datum[column.name] = this.at(column, frame, row);
      return datum;
    });
  }

  /** Return the rows of one frame, or of a series those of all frames that have a value, with their step. */
  allRows(frame, steps) {
    if (this.kind !== "series") return this.rowsAt(frame);
    const known = (row) => this.moving.some(({ name }) => row[name] !== null);
    return steps.flatMap((step, at) => this.rowsAt(at).filter(known).map((row) => ({ ...row, step })));
  }
}

/** What one picture shows: its tables and its sentences. */
class Material {
  constructor(entry) {
    this.outline = entry.outline;
    this.stayHash = entry.stayHash;
    this.version = 0; // grows when what stays or was shown before changes after all
    this.tables = entry.tables.map((table) => new Table(table));
    this.texts = { captions: [], alt: [] };
  }

  /** Whether a message continues what is known here, or brings all that is new. */
  takes(entry) {
    const brings = entry.tables.some((table) => table.columns.some((column) => column.values));
    return this.outline === entry.outline && (brings || this.stayHash === entry.stayHash);
  }

  write(entry, first) {
    if (entry.first === 0) this.version += 1; // frames that were shown before have changed
    if (this.stayHash !== entry.stayHash) {
      entry.tables.forEach((table, index) => this.tables[index].stay(table));
      this.stayHash = entry.stayHash;
      this.version += 1;
    }
    entry.tables.forEach((table, index) => this.tables[index].write(table, first));
    for (const name of ["captions", "alt"]) {
      const given = entry[name];
      if (typeof given === "string") this.texts[name] = given;
      else given.forEach((text, index) => (this.texts[name][first + index] = text));
    }
  }

  text(name, frame) {
    const texts = this.texts[name];
    return typeof texts === "string" ? texts : (texts[frame] ?? "");
  }
}

/** One run as far as it is known here. */
export class Recording {
  constructor() {
    this.runId = null;
    this.steps = [];
    this.materials = new Map();
  }

  get count() {
    return this.steps.length;
  }

  get newestStep() {
    return this.steps.at(-1) ?? 0;
  }

  /** Take in one message; return false if frames or pictures are missing before it. */
  merge(message) {
    const whole = message.first === 0;
    const known = message.run === this.runId;
    if (!whole && (!known || message.first > this.count)) return false;
    if (!whole && !message.pictures.every((entry) => this.materials.get(entry.id)?.takes(entry))) return false;
    if (!known) {
      this.runId = message.run;
      this.steps = [];
      this.materials.clear();
    }
    message.steps.forEach((step, index) => (this.steps[message.first + index] = step));
    for (const entry of message.pictures) {
      if (whole && this.materials.get(entry.id)?.outline !== entry.outline) {
        this.materials.set(entry.id, new Material(entry));
      }
      this.materials.get(entry.id).write(entry, entry.first ?? message.first);
    }
    return true;
  }

  /** Return the frame whose step is nearest to the one given. */
  frameNear(step) {
    const after = this.firstFrom(step);
    if (after === 0) return 0;
    if (after === this.count) return this.count - 1;
    return this.steps[after] - step < step - this.steps[after - 1] ? after : after - 1;
  }

  /** Return the first frame at or after a step; the number of frames if there is none. */
  firstFrom(step) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle] < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
