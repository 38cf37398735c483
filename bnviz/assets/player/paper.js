// Pictures out of sight are not drawn on a screen; on paper all of them are wanted.

/** Call `draw()` before the page is printed; returns a function that ends this. */
export function beforePrint(draw) {
  window.addEventListener("beforeprint", draw);
  return () => window.removeEventListener("beforeprint", draw);
}
