// One picture as large as the window: what holds it is laid over the page, and it is zoomed to fill the height.

const MOST_ZOOM = 3;
const LEAST_WIDTH = 340; // px in which a picture still has to find its place before it is zoomed
const PADDING = 24; // px
const MOST_FITS = 6; // a picture may change its height with its width
const ENOUGH = 0.03; // a zoom this near to the right one, as a share of it, stays

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
  /** `below()` is the height at the foot of the window that stays free. */
  constructor(below) {
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
        position: "fixed", inset: "0", zIndex: "999995", width: "100vw", maxWidth: "none", boxSizing: "border-box",
        height: `${window.innerHeight - this.below()}px`, padding: `${PADDING}px`, overflow: "auto",
        background: getComputedStyle(app).backgroundColor,
      }),
      new Dressed(picture, {}),
    ];
    this.holder.style.setProperty("--top", `-${PADDING}px`);
    this.holder.classList.add("enlarged");
    picture.classList.add("chosen");
    this.ratio = Object.getOwnPropertyDescriptor(window, "devicePixelRatio");
    this.screen = window.devicePixelRatio;
    this.lift();
    window.addEventListener("pointermove", this.follow, true);
    window.addEventListener("resize", this.start);
    this.start();
    for (const one of [picture, picture.querySelector("canvas, svg")]) if (one) this.sizes.observe(one);
    this.holder.focus?.({ preventScroll: true });
  }

  holderOf(picture) {
    return picture.parentElement ?? picture;
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
    const room = window.innerHeight - this.below() - 2 * PADDING - (this.controls?.offsetHeight ?? 0);
    const across = (window.innerWidth - 2 * PADDING) / LEAST_WIDTH;
    return Math.max(1, Math.min(MOST_ZOOM, room / Math.max(1, this.drawnHeight), across));
  }

  /** How tall the picture is before it is zoomed; a chart of Streamlit takes all the height there is, its canvas does not. */
  get drawnHeight() {
    const canvas = this.picture.matches("[data-testid]") ? this.picture.querySelector("canvas, svg") : null;
    return canvas ? canvas.clientHeight : this.picture.offsetHeight;
  }

  get controls() {
    return this.picture.matches(".picture") ? this.holder.querySelector(".controls") : null;
  }

  /** Fit anew: another picture, or another window. */
  start() {
    this.fits = 0;
    this.holder.style.height = `${window.innerHeight - this.below()}px`;
    this.fit();
  }

  /** Zoom until the picture fills the height; drawn later, it tells its height later. */
  fit() {
    const before = Number(this.picture?.style.zoom);
    const zoom = this.picture && this.zoom;
    if (!this.picture || this.fits >= MOST_FITS || Math.abs(zoom / before - 1) < ENOUGH) return;
    this.fits += 1;
    this.picture.style.zoom = String(zoom);
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
    const zoom = Number(this.picture.style.zoom) || 1;
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
    this.picture.classList.remove("chosen");
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
