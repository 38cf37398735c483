// One picture as large as the window: what holds it is laid over the page, and it is zoomed to fill the height.

const MOST_ZOOM = 3;
const LEAST_WIDTH = 340; // px in which a picture still has to find its place before it is zoomed
const PADDING = 16; // px
const MOST_FITS = 6; // a picture may change its height with its width
const ENOUGH = 0.03; // a zoom this near to the right one, as a share of it, stays
const LEAST_ZOOM = 0.85; // of what is taller than the window, with larger letters; below it is scrolled
const LEAST_NATIVE = 0.5; // of a chart of Streamlit, which cannot be scrolled
const MOST_GROWN = 2; // of the tables of the layer
const LEAST_TABLES = 0.8; // as large as on the ordinary page
const COLUMNS = 1000; // px of a window in which the tables may stand beside their explanation
const FINER = 0.97; // the next zoom that is tried, as a share of the last one
const SAME = 4; // px by which the room of a chart may differ from the one it has
const LETTERS = 22 / 1080; // the smallest letters, as a share of the height of the window
const LEAST_LETTERS = 18; // px

const plainBox = Element.prototype.getBoundingClientRect;

/** Everything an element had as its style, to give it back. */
class Dressed {
  constructor(element, style) {
    this.element = element;
    this.before = element.getAttribute("style");
    Object.assign(element.style, style);
  }

  undress() {
    if (this.before === null) this.element.removeAttribute("style");
    else this.element.setAttribute("style", this.before);
  }
}

export class Large {
  /** `above()` and `below()` are the heights at the head and the foot of the window that stay free. */
  constructor(above, below) {
    this.above = above;
    this.below = below;
    this.picture = null;
    this.pointer = [0, 0];
    this.follow = (event) => (this.pointer = [event.clientX, event.clientY]);
    this.start = this.start.bind(this);
    this.sizes = new ResizeObserver(() => this.fit());
  }

  show(picture) {
    this.picture = picture;
    this.holder = picture.closest(".player") ?? this.holderOf(picture);
    this.fits = 0;
    const app = document.querySelector("[data-testid=stApp]") ?? document.body;
    this.dressed = [
      new Dressed(this.holder, {
        position: "fixed", inset: `${this.above()}px 0 auto 0`, zIndex: "999995", maxWidth: "none", boxSizing: "border-box", overflow: "auto",
        background: getComputedStyle(app).backgroundColor,
      }),
      new Dressed(picture, {}),
    ];
    for (let one = picture; this.native && one !== this.holder; one = one.parentElement) {
      this.dressed.push(new Dressed(one, { overflow: "visible" }));
    }
    for (const bar of this.holder.querySelectorAll("[data-testid=stElementToolbar]")) {
      this.dressed.push(new Dressed(bar, { visibility: "hidden" }));
    }
    this.holder.style.setProperty("--top", `-${PADDING}px`);
    this.holder.classList.add("enlarged");
    picture.dataset.letters = String(Math.max(LEAST_LETTERS, LETTERS * window.innerHeight));
    picture.classList.add("chosen");
    this.ratio = Object.getOwnPropertyDescriptor(window, "devicePixelRatio");
    this.screen = window.devicePixelRatio;
    this.lift();
    window.addEventListener("pointermove", this.follow, true);
    window.addEventListener("resize", this.start);
    this.start();
    const parts = this.tables ? picture.querySelectorAll(":scope > *") : [picture.querySelector("canvas, svg")];
    for (const one of [picture, ...parts]) if (one) this.sizes.observe(one);
    this.holder.focus?.({ preventScroll: true });
  }

  holderOf(picture) {
    return picture.closest("[data-testid=stElementContainer]") ?? picture.parentElement ?? picture;
  }

  /** The bars of the page must not lie over it: every ancestor is lifted as far as it makes a layer of its own. */
  lift() {
    for (let one = this.holder; one; one = one.parentElement ?? one.getRootNode().host) {
      const style = one === this.holder ? null : getComputedStyle(one);
      if (style && style.zIndex !== "auto" && one !== document.body) {
        this.dressed.push(new Dressed(one, { zIndex: "999995" }));
      }
    }
  }

  get zoom() {
    if (this.picture.closest(".ravine, .axes")) return 1; // they fill the width, and make their own letters larger
    if (this.tables) return this.tried();
    const across = (window.innerWidth - 2 * PADDING) / LEAST_WIDTH;
    const least = this.native ? LEAST_NATIVE : this.yields ? 1 : LEAST_ZOOM;
    return Math.max(least, Math.min(MOST_ZOOM, this.space / Math.max(1, this.drawnHeight), across));
  }

  /** The largest zoom at which all tables are in sight, below their explanation or beside it. */
  tried() {
    const ways = window.innerWidth < COLUMNS ? [false] : [true, false];
    for (let zoom = MOST_GROWN; zoom > LEAST_TABLES; zoom *= FINER) {
      if (ways.some((beside) => this.holds(zoom, beside))) return zoom;
    }
    this.holds(LEAST_TABLES, false);
    return LEAST_TABLES;
  }

  /** Whether nothing is cut off at a zoom. */
  holds(zoom, beside) {
    this.picture.classList.toggle("columns", beside);
    this.picture.style.zoom = String(zoom);
    this.room(this.picture === this.holder ? zoom : 1);
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = this.holder;
    return scrollHeight <= clientHeight && scrollWidth <= clientWidth;
  }

  get tables() {
    return this.picture.matches(".microscope");
  }

  /** Whether the cells of the picture can be made lower. */
  get yields() {
    return this.picture.classList.contains("yields");
  }

  /** What is left for a picture below its controls. */
  get space() {
    const { controls } = this;
    const above = controls ? controls.offsetHeight + parseFloat(getComputedStyle(controls).marginBottom) : 0;
    return this.height - 2 * PADDING - above;
  }

  /** What is left of the height of the window. */
  get height() {
    return window.innerHeight - this.above() - this.below();
  }

  /** Whether it is a chart of Streamlit, which measures what holds it. */
  get native() {
    return this.picture.matches("[data-testid]");
  }

  /** How tall the picture is before it is zoomed; a chart of Streamlit takes all the height there is. */
  get drawnHeight() {
    const canvas = this.native ? this.picture.querySelector("canvas, svg") : null;
    return canvas ? canvas.clientHeight : this.picture.offsetHeight;
  }

  get controls() {
    return this.picture.matches(".picture") ? this.holder.querySelector(".controls") : null;
  }

  /** Fit anew: another picture, or another window. */
  start() {
    this.fits = 0;
    this.room(1);
    this.fit();
  }

  /** Let the holder fill the window; its own zoom counts for its own measures too. */
  room(zoom) {
    const { style } = this.holder;
    const width = window.innerWidth;
    if (!this.native) {
      const px = (length) => `${length / zoom}px`;
      const at = { inset: `${px(this.above())} auto auto 0`, padding: px(PADDING) };
      Object.assign(style, at, { width: px(width), height: px(this.height) });
      return;
    }
    // Streamlit draws a chart as wide as its place is on the screen, before the zoom: the place must be narrower.
    const inset = `${PADDING / zoom}px`;
    const place = `${(width - 2 * PADDING) / zoom / zoom}px`;
    const ground = `0 0 0 200vmax ${style.backgroundColor}`;
    const at = `${(PADDING + this.above()) / zoom}px auto auto ${inset}`;
    Object.assign(style, { zoom, inset: at, width: place, overflow: "visible", boxShadow: ground });
  }

  /** Tell a picture of low cells that is taller than the window how much room its chart has; return whether that is new. */
  yield() {
    const chart = this.yields ? this.picture.querySelector(".chart") : null;
    const known = Number(this.picture.dataset.room ?? Infinity);
    if (!chart || (known === Infinity && this.picture.offsetHeight <= this.space)) return false;
    const room = Math.floor(this.space - (this.picture.offsetHeight - chart.offsetHeight));
    if (Math.abs(room - known) < SAME) return false;
    this.picture.dataset.room = String(room);
    return true;
  }

  /** Zoom until the picture fills the height; drawn later, it tells its height later. */
  fit() {
    if (!this.picture || this.fits >= MOST_FITS) return;
    const told = this.yield();
    const { zoom } = this;
    const same = this.tables ? zoom === this.zoomed : Math.abs(zoom / this.zoomed - 1) < ENOUGH;
    if (this.fits && !told && same) return;
    this.fits = this.tables ? 1 : this.fits + 1; // the tables are measured at once, as often as they change
    this.zoomed = zoom;
    if (this.native) this.room(zoom);
    else {
      this.picture.style.zoom = String(zoom);
      this.picture.style.setProperty("--zoom", String(zoom));
      this.room(this.picture === this.holder ? zoom : 1);
    }
    const sharp = this.screen * zoom;
    Object.defineProperty(window, "devicePixelRatio", { get: () => sharp, configurable: true }); // canvases draw finer
    this.renew();
    this.tell();
  }

  /** The player and the labs draw again what has another size now. */
  tell(picture = this.picture) {
    window.dispatchEvent(new CustomEvent("bnviz-enlarged", { detail: { picture } }));
  }

  /** Where a pointer is inside of a zoomed canvas, for whoever measures from the canvas's corner. */
  renew() {
    if (!this.picture) return;
    const zoom = this.zoomed;
    for (const canvas of this.picture.querySelectorAll("canvas")) {
      canvas.getBoundingClientRect = () => {
        const box = plainBox.call(canvas);
        const [x, y] = this.pointer;
        return new DOMRect(x - (x - box.left) / zoom, y - (y - box.top) / zoom, box.width / zoom, box.height / zoom);
      };
    }
  }

  back() {
    if (!this.picture) return;
    for (const canvas of this.picture.querySelectorAll("canvas")) {
      delete canvas.getBoundingClientRect;
      if (!this.picture.closest(".ravine")) canvas.removeAttribute("style"); // Vega leaves it for a ratio of 1
    }
    this.picture.classList.remove("chosen", "columns");
    delete this.picture.dataset.letters;
    delete this.picture.dataset.room;
    this.holder.classList.remove("enlarged");
    for (const one of this.dressed.reverse()) one.undress();
    window.removeEventListener("pointermove", this.follow, true);
    window.removeEventListener("resize", this.start);
    this.sizes.disconnect();
    delete window.devicePixelRatio;
    if (this.ratio) Object.defineProperty(window, "devicePixelRatio", this.ratio);
    const { picture } = this;
    this.picture = null;
    this.tell(picture);
    picture.scrollIntoView?.({ block: "nearest" });
  }
}
