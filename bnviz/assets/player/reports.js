// What is said to Python and to assistive technology once playback rests; never while it moves.

const REST_MS = 250; // a step counts once the reader has stayed there that long
const RESYNC_MS = 1000; // while no answer comes, missing frames are asked for that often

export class Reports {
  /** `announce()` brings the spoken texts up to date. */
  constructor(clock, recording, announce) {
    Object.assign(this, { clock, recording, announce });
    this.reported = null;
  }

  /** Take over the callbacks of the latest message. */
  connect({ setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue });
  }

  /** A new run or visit begins: Python knows the step it was asked to start at. */
  reset({ start, visit }) {
    this.reported = start;
    this.visit = visit;
  }

  rested() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.report(), REST_MS);
    this.moved();
  }

  moved() {
    clearTimeout(this.announcing);
    this.announcing = setTimeout(this.announce, REST_MS);
  }

  /** Tell Python the step at which the reader rests; null while following and at the end of the run. */
  report() {
    const { clock, recording } = this;
    if (clock.mode === "play" || !recording.count) return;
    const natural = clock.mode === "follow" || (clock.finished && clock.atEnd);
    const step = natural ? null : recording.steps[clock.frame];
    if (step === this.reported) return;
    this.reported = step;
    this.setStateValue("rest", { run: recording.runId, visit: this.visit, step });
  }

  /** Ask for the whole run, again and again, because a message does not continue what is known here. */
  missing() {
    if (this.asking) return;
    const ask = () => this.setTriggerValue("resync", true);
    this.asking = setInterval(ask, RESYNC_MS);
    ask();
  }

  complete() {
    clearInterval(this.asking);
    this.asking = null;
  }

  stop() {
    this.complete();
    clearTimeout(this.reporting);
    clearTimeout(this.announcing);
  }
}
