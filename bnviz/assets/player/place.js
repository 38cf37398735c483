// A component's place on the page. It outlives a call that is undone, and it has its room before anything stands in it.
//
// Streamlit calls a component for every message. When a message overtakes the one before it, while the files are still
// being loaded, it calls the component for both and undoes the first of the two calls, before the second or after it;
// the place stays. So undoing counts only as long as no other call has come for the same place.

const newest = new WeakMap(); // place -> what undoes the newest call for it

/** Returns what undoes this call for a place: `leave()`, unless another one has come by then. */
export function undoing(place, leave) {
  const undo = () => {
    if (newest.get(place) === undo) leave();
  };
  newest.set(place, undo);
  return undo;
}

/** Something stands in the place now: page.css need not keep room for it any more. */
export function taken(root) {
  root.getRootNode().host?.setAttribute("data-taken", "");
}
