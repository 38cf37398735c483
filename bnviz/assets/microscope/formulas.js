// What a cell is: its formula in symbols, the same with the numbers, and the cells that it came from.

import { bracketed, pair, shown, wrapped } from "./dom.js";

const TERMS = 6;

/** Where the average that a cell of a matrix uses stands in the tables of averages. */
export function averageOf(m, row, column) {
  return m.kind === "batch" ? [0, column] : [row, m.group_of[column]];
}

/** The shown cells of a matrix that enter one average. */
export function members(m, row, column) {
  const rows = m.values.h.map((_, place) => place);
  if (m.kind === "batch") return rows.map((place) => [place, column]);
  return m.group_of.map((group, place) => [group, place]).filter(([group]) => group === column).map(([, place]) => [row, place]);
}

function allRows(m, column) {
  return m.values.h.map((_, row) => [row, column]);
}

/** A sum of terms: the first ones written out, then what the others add up to. */
function sum(places, term, value, rest, others) {
  const written = places.slice(0, TERMS);
  const left = places.slice(TERMS).reduce((total, place) => total + value(...place), 0);
  const parts = written.map((place) => term(...place));
  const count = places.length - written.length + others;
  if (count > 0) parts.push(`[${count} more: ${shown(left + rest)}]`);
  return parts.join(" + ").replaceAll("+ −", "− ");
}

/** A value less its mean, with the digits that tell them apart. */
function centered(value, mean) {
  const [text, other] = pair(value, mean);
  return `(${text} − ${bracketed(other)})`;
}

const at = (m, block, row, column) => m.values[block][row][column];
const cells = (block, places) => places.map(([row, column]) => [block, row, column]);

const MAKERS = {
  h: (m) => ({ symbols: m.texts.given[m.source], numbers: "", sources: [] }),
  grad_y: (m) => ({ symbols: m.texts.incoming[m.source], numbers: "", sources: [] }),
  gamma: (m) => ({ symbols: m.texts.gamma, numbers: "", sources: [] }),
  beta: (m) => ({ symbols: m.texts.beta, numbers: "", sources: [] }),
  old_mean: (m) => ({ symbols: m.texts.old, numbers: "", sources: [] }),
  old_var: (m) => ({ symbols: m.texts.old, numbers: "", sources: [] }),

  mean(m, row, column) {
    const { symbols: s, count } = m;
    if (m.kind === "rms") return { symbols: m.texts.no_mean, numbers: "", sources: [] };
    const places = members(m, row, column);
    const value = (r, c) => at(m, "h", r, c);
    const terms = sum(places, (r, c) => shown(value(r, c)), value, m.rest.mean[row][column], m.hidden.average);
    return {
      symbols: `${s.mean} = ${m.texts.sum_over} ${s.h} / ${count}`,
      numbers: `(${terms}) / ${count}`,
      sources: cells("h", places),
    };
  },

  var(m, row, column) {
    const { symbols: s, count } = m;
    const places = members(m, row, column);
    const mean = at(m, "mean", row, column);
    const term = (r, c) => `${centered(at(m, "h", r, c), mean)}²`;
    const terms = sum(places, term, (r, c) => (at(m, "h", r, c) - mean) ** 2, m.rest.var[row][column], m.hidden.average);
    return {
      symbols: `${s.var} = ${m.texts.sum_over} (${s.h} − ${s.mean})² / ${count}`,
      numbers: `(${terms}) / ${count}`,
      sources: [...cells("h", places), ["mean", row, column]],
    };
  },

  x_hat(m, row, column) {
    const { symbols: s } = m;
    const [i, j] = averageOf(m, row, column);
    const [mean, variance] = [at(m, "mean", i, j), at(m, "var", i, j)];
    return {
      symbols: `${s.x_hat} = (${s.h} − ${s.mean}) / √(${s.var} + ${s.eps})`,
      numbers: `${centered(at(m, "h", row, column), mean)} / √(${shown(variance)} + ${shown(m.eps)})`,
      sources: [["h", row, column], ["mean", i, j], ["var", i, j]],
    };
  },

  y(m, row, column) {
    const { symbols: s } = m;
    const parts = [at(m, "gamma", 0, column), at(m, "x_hat", row, column), at(m, "beta", 0, column)];
    return {
      symbols: `${s.y} = ${s.gamma} · ${s.x_hat} + ${s.beta}`,
      numbers: `${shown(parts[0])} · ${wrapped(parts[1])} + ${wrapped(parts[2])}`,
      sources: [["x_hat", row, column], ["gamma", 0, column], ["beta", 0, column]],
    };
  },

  new_mean: (m, row, column) => running(m, column, "mean"),
  new_var: (m, row, column) => running(m, column, "var"),

  grad_beta(m, row, column) {
    const { symbols: s } = m;
    const places = allRows(m, column);
    const value = (r, c) => at(m, "grad_y", r, c);
    return {
      symbols: `${s.grad_beta} = ${m.texts.sum_rows} ${s.grad_y}`,
      numbers: sum(places, (r, c) => shown(value(r, c)), value, m.rest.grad_beta[column], m.hidden.rows),
      sources: cells("grad_y", places),
    };
  },

  grad_gamma(m, row, column) {
    const { symbols: s } = m;
    const places = allRows(m, column);
    const term = (r, c) => `${shown(at(m, "grad_y", r, c))} · ${wrapped(at(m, "x_hat", r, c))}`;
    const value = (r, c) => at(m, "grad_y", r, c) * at(m, "x_hat", r, c);
    return {
      symbols: `${s.grad_gamma} = ${m.texts.sum_rows} ${s.grad_y} · ${s.x_hat}`,
      numbers: sum(places, term, value, m.rest.grad_gamma[column], m.hidden.rows),
      sources: [...cells("grad_y", places), ...cells("x_hat", places)],
    };
  },

  grad_x(m, row, column) {
    const { symbols: s } = m;
    const [i, j] = averageOf(m, row, column);
    const places = members(m, i, j);
    const g = at(m, "gamma", 0, column) * at(m, "grad_y", row, column);
    const taken = m.kind === "rms" ? ["", ""] : [` − ${m.texts.mean_of}(g)`, ` − ${wrapped(m.mean_g[i][j])}`];
    return {
      symbols: `${s.grad_x} = (g${taken[0]} − ${s.x_hat} · ${m.texts.mean_of}(g · ${s.x_hat})) / √(${s.var} + ${s.eps}),  g = ${s.gamma} · ${s.grad_y}`,
      numbers: `(${shown(g)}${taken[1]} − ${wrapped(at(m, "x_hat", row, column))} · ${wrapped(m.mean_gx[i][j])}) / √(${shown(at(m, "var", i, j))} + ${shown(m.eps)})`,
      sources: [...cells("grad_y", places), ...cells("x_hat", places), ["gamma", 0, column], ["var", i, j]],
    };
  },

  sum_grad(m, row, column) {
    const places = allRows(m, column);
    const value = (r, c) => at(m, "grad_x", r, c);
    return {
      symbols: `${m.texts.sum_rows} ${m.symbols.grad_x}: ${m.texts.zero_sum}`,
      numbers: sum(places, (r, c) => shown(value(r, c)), value, m.rest.grad_x[column], m.hidden.rows),
      sources: cells("grad_x", places),
    };
  },
};

/** The moving average, in the convention that the reader has chosen: momentum weighs the new or the old value. */
function running(m, column, which) {
  const { symbols: s, momentum, rows } = m;
  const [old, batch] = [at(m, `old_${which}`, 0, column), at(m, which, 0, column)];
  const name = s[`running_${which}`];
  const bessel = which === "var" ? [` · ${rows} / ${rows - 1}`, ` · ${rows} / ${rows - 1}`] : ["", ""];
  const weights = m.convention === "torch" ? [`(1 − ${s.momentum})`, s.momentum] : [s.momentum, `(1 − ${s.momentum})`];
  const numbers = m.convention === "torch" ? [1 - momentum, momentum] : [momentum, 1 - momentum];
  return {
    symbols: `${name} = ${weights[0]} · ${name} + ${weights[1]} · ${s[which]}${bessel[0]}`,
    numbers: `${shown(numbers[0])} · ${wrapped(old)} + ${shown(numbers[1])} · ${wrapped(batch)}${bessel[1]}`,
    sources: [[`old_${which}`, 0, column], [which, 0, column]],
  };
}

/** Explain one cell. */
export function explain(m, block, row, column) {
  const made = MAKERS[block](m, row, column);
  return { ...made, value: at(m, block, row, column) };
}
