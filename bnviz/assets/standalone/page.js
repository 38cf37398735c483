// The one page that a run is taken home as: the player of the app, its messages in the page itself, no server.
//
// The whole run is told once, in light colours; another theme is one more message, which holds only what differs.

import mount from "bnviz/player.js";

const parentElement = document.getElementById("player");
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");
const nobody = () => {};
let chosen = null; // by the button; until then the system's theme counts
let drawn = "light";

function bytesOf(id) {
  return Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
}

function tell(id) {
  mount({ data: bytesOf(id), parentElement, setStateValue: nobody, setTriggerValue: nobody });
}

function dress() {
  const wanted = chosen ?? (system.matches ? "dark" : "light");
  root.dataset.theme = wanted;
  if (wanted !== drawn) tell(wanted);
  drawn = wanted;
}

root.dataset.theme = system.matches ? "dark" : "light";
tell("run");
dress();
system.addEventListener("change", dress);
document.getElementById("theme").addEventListener("click", () => {
  chosen = drawn === "dark" ? "light" : "dark";
  dress();
});
