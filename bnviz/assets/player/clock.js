// Which frame is shown, and how it moves: resting, playing, or following a run that still goes on.

const FRAMES_PER_SECOND = 30;
const CALM_FRAMES_PER_SECOND = 4; // where the reader asked for reduced motion
const LONGEST_PAUSE_MS = 100; // a hidden tab must not make the picture jump when it comes back

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Owns the one animation loop; it runs only while there is something to draw. */
export class Clock {
  /** `onFrame(frame)` draws, `onMode()` tells the controls, `onRest()` says that playback came to rest. */
  constructor({ onFrame, onMode, onRest }) {
    Object.assign(this, { onFrame, onMode, onRest });
    this.speed = 1;
    this.count = 0;
    this.finished = false;
    this.request = 0;
    this.before = 0;
    this.tick = this.tick.bind(this);
    this.reset();
  }

  /** Forget the run: the next one is followed from its first frame. */
  reset() {
    this.mode = "follow"; // "follow", "play" or "rest"
    this.position = 0; // frames, with a fraction while playing
    this.shown = -1; // the frame drawn last
    this.stale = true; // whether it must be drawn again
  }

  get frame() {
    return Math.floor(this.position);
  }

  get newest() {
    return Math.max(0, this.count - 1);
  }

  get atEnd() {
    return this.frame >= this.newest;
  }

  /** Whether time goes on by itself, so that the button should say pause. */
  get moving() {
    return this.mode === "play" || (this.mode === "follow" && !(this.finished && this.atEnd));
  }

  extend(count, finished) {
    this.count = count;
    this.finished = finished;
    this.position = Math.min(this.position, this.newest);
    this.onMode();
    this.wake();
  }

  /** Go to the newest frame and stay with it. */
  follow({ smoothly = true } = {}) {
    this.mode = "follow";
    if (!smoothly || this.finished) this.position = this.newest;
    this.changed();
  }

  play() {
    if (this.finished && this.atEnd) this.position = 0;
    this.mode = "play";
    this.onMode();
    this.wake();
  }

  /** Play from the first frame without being asked, unless the reader wants no motion. */
  autoplay(speed) {
    this.speed = speed;
    if (calm.matches) return this.follow({ smoothly: false });
    this.position = 0;
    return this.play();
  }

  /** Stay at one frame, whatever else arrives. */
  rest(frame = this.frame) {
    this.mode = "rest";
    this.position = Math.max(0, Math.min(this.newest, frame));
    this.changed();
  }

  toggle() {
    if (this.moving) this.rest();
    else this.play();
  }

  redraw() {
    this.stale = true;
    this.wake();
  }

  stop() {
    cancelAnimationFrame(this.request);
    this.request = 0;
  }

  changed() {
    this.onMode();
    this.onRest();
    this.wake();
  }

  get hasWork() {
    const advancing = this.mode === "play" || (this.mode === "follow" && !this.atEnd);
    return this.count > 0 && (advancing || this.stale || this.shown !== this.frame);
  }

  wake() {
    if (this.request || !this.hasWork) return;
    this.before = performance.now();
    this.request = requestAnimationFrame(this.tick);
  }

  tick(now) {
    const elapsed = Math.max(0, Math.min(now - this.before, LONGEST_PAUSE_MS));
    this.before = now;
    if (this.mode === "follow") this.stepFollowing();
    else if (this.mode === "play") this.stepPlaying(elapsed);
    if (this.stale || this.shown !== this.frame) {
      this.stale = false;
      this.shown = this.frame;
      this.onFrame(this.frame);
    }
    this.request = this.hasWork ? requestAnimationFrame(this.tick) : 0;
  }

  stepFollowing() {
    const remaining = this.newest - this.frame;
    const stride = calm.matches ? remaining : Math.max(1, Math.ceil(remaining / 6));
    this.position = Math.min(this.newest, this.frame + stride);
    if (this.finished && this.atEnd) this.onMode();
  }

  stepPlaying(elapsed) {
    const rate = FRAMES_PER_SECOND * this.speed;
    const allowed = calm.matches ? Math.min(rate, CALM_FRAMES_PER_SECOND) : rate;
    this.position = Math.min(this.newest, this.position + (elapsed / 1000) * allowed);
    if (!this.atEnd) return;
    this.mode = this.finished ? "rest" : "follow";
    this.onMode();
    this.onRest();
  }
}
