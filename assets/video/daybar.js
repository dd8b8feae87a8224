// The bar of a day: what is recorded, where the picture is; pointer on the canvas, keyboard on the slider beneath it.

import { shortTime, longTime } from './words.js';

export class DayBar {
  constructor(root, camera, day, go) {
    Object.assign(this, { camera, day, go });
    this.canvas = root.querySelector('[data-bar]');
    this.slider = root.querySelector('[data-slider]');
    this.spans = [];
    this.at = null;
    for (const one of [this.canvas, this.slider, root.querySelector('[data-legend]')]) one.hidden = false;
    this.slider.max = Math.floor((day.to - day.from) / 1000) - 1;
    this.slider.addEventListener('input', () => this.#say());
    this.slider.addEventListener('change', () => go(day.from + Number(this.slider.value) * 1000));
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.scrubbing = true;
      this.#scrub(event, true);
    });
    this.canvas.addEventListener('pointermove', (event) => this.scrubbing && this.#scrub(event, false));
    this.canvas.addEventListener('pointerup', (event) => {
      this.scrubbing = false;
      this.#scrub(event, true);
    });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.load();
    setInterval(() => document.visibilityState === 'visible' && day.to > Date.now() && this.load(), 10_000);
  }

  async load() {
    const { camera, day } = this;
    const answer = await fetch(`/api/v1/cameras/${encodeURIComponent(camera)}/timeline?from=${day.from * 1000}&to=${day.to * 1000}`);
    if (!answer.ok) return;
    this.spans = (await answer.json()).spans;
    this.draw();
  }

  mark(ms) {
    this.at = ms;
    if (this.scrubbing || this.slider === document.activeElement) return this.draw();
    this.slider.value = Math.floor((ms - this.day.from) / 1000);
    this.#say();
    this.draw();
  }

  #say() {
    this.slider.setAttribute('aria-valuetext', shortTime(this.day.from + Number(this.slider.value) * 1000));
  }

  // While the pointer moves, at most every 150 ms: scrubbing shows pictures without drowning the server.
  #scrub(event, now) {
    const box = this.canvas.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const ms = this.day.from + part * (this.day.to - this.day.from);
    this.at = ms;
    this.draw();
    this.canvas.title = longTime(ms);
    if (!now && performance.now() - (this.last ?? 0) < 150) return;
    this.last = performance.now();
    this.go(ms);
  }

  draw() {
    const { canvas, day } = this;
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const x = (ms) => ((ms - day.from) / (day.to - day.from)) * width;
    pen.fillStyle = colour('--sunk');
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colour('--good');
    for (const span of this.spans.filter((one) => one.recorded)) {
      const from = x(span.from_us / 1000);
      pen.fillRect(from, 0, Math.max(1, x(span.to_us / 1000) - from), height - 18);
    }
    pen.fillStyle = colour('--ink');
    pen.font = '12px system-ui, sans-serif';
    pen.textAlign = 'center';
    const hours = width < 500 ? 6 : 3;
    for (let ms = day.from; ms <= day.to; ms += hours * 3_600_000) {
      pen.fillRect(x(ms), height - 18, 1, 5);
      if (ms > day.from && ms < day.to) pen.fillText(shortTime(ms).slice(0, 5), x(ms), height - 3);
    }
    if (this.at === null) return;
    pen.fillStyle = colour('--bad');
    pen.fillRect(x(this.at) - 1, 0, 3, height - 14);
  }
}
