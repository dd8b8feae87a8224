// Live pictures of one stream: fragments of MP4 over WebSocket into Media Source Extensions, always close to the present.
// Without them (or without the codec): HLS where the browser plays it itself, images for MJPEG cameras, or a sentence that says why not.

import { sentence } from './words.js';

const kKeep = 20;      // seconds kept behind what is shown
const kTooLate = 2;    // seconds behind the newest picture: jump
const kLate = 0.6;     // a little faster until
const kClose = 0.25;   // so close again
const kSource = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

export function canPlay(codec) {
  return Boolean(kSource?.isTypeSupported(`video/mp4; codecs="${codec}"`));
}

export class Live {
  // `screen` is the element that holds the picture; `tell` shows a sentence; `query` is '' or '?quality=grid'.
  constructor(screen, camera, { tell = () => {}, tick = () => {}, query = '' } = {}) {
    Object.assign(this, { screen, camera, tell, tick, query });
    this.queue = [];
    this.closed = false;
    this.retry = 500;
    this.clock = null;
    this.base = `/live/${encodeURIComponent(camera)}`;
  }

  start() {
    this.tell(sentence('connecting'));
    const url = new URL(`${this.base}/ws${this.query}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.socket = new WebSocket(url);
    this.socket.binaryType = 'arraybuffer';
    this.socket.onmessage = (event) => (typeof event.data === 'string' ? this.#word(JSON.parse(event.data)) : this.#bytes(event.data));
    this.socket.onclose = () => {
      if (this.closed) return;
      this.tell(sentence('lost'));
      this.#dropSource();
      this.timer = setTimeout(() => this.start(), this.retry);
      this.retry = Math.min(this.retry * 2, 10_000);
    };
  }

  stop() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
    this.#dropSource();
    this.image?.remove();
  }

  // UTC in milliseconds of the picture that is shown; none before the first.
  now() {
    if (!this.clock || !this.video) return null;
    return this.clock.utc_us / 1000 + (this.video.currentTime - this.clock.decode_time / 90_000) * 1000;
  }

  #word(word) {
    if (word.kind === 'format') this.#format(word);
    if (word.kind === 'clock') this.clock = word;
    if (word.kind === 'dropped') this.tell(sentence('dropped', { n: word.frames }));
    if (word.kind === 'gap') this.tell(sentence('behind'));
  }

  #format(word) {
    this.retry = 500;
    if (word.name === 'MJPEG') return this.#images();
    const type = `video/mp4; codecs="${word.codec}"`;
    if (!kSource || !kSource.isTypeSupported(type)) return this.#without(word);
    if (this.buffer && this.media.readyState === 'open') {
      this.queue.push(() => this.buffer.changeType(type));
      return;
    }
    this.#dropSource();
    this.video = document.createElement('video');
    Object.assign(this.video, { muted: true, playsInline: true, autoplay: true, disableRemotePlayback: true });
    this.video.addEventListener('timeupdate', () => this.#follow());
    this.video.addEventListener('error', () => !this.closed && this.address && this.socket?.close());
    this.screen.replaceChildren(this.video);
    const media = new kSource();
    this.media = media;
    media.addEventListener('sourceopen', () => {
      if (this.media !== media) return;
      this.buffer = media.addSourceBuffer(type);
      this.buffer.addEventListener('updateend', () => this.#pump());
      this.#pump();
    }, { once: true });
    this.address = URL.createObjectURL(media);
    this.video.src = this.address;
    this.tell(sentence('live'));
  }

  #bytes(bytes) {
    if (!this.media) return;
    this.queue.push(bytes);
    this.#pump();
  }

  #pump() {
    const { buffer, queue } = this;
    if (!buffer || buffer.updating || this.media.readyState !== 'open') return;
    try {
      if (this.video.buffered.length && this.video.currentTime - this.video.buffered.start(0) > 2 * kKeep) {
        return buffer.remove(0, this.video.currentTime - kKeep);
      }
      while (queue.length && !buffer.updating) {
        const next = queue.shift();
        if (typeof next === 'function') next();
        else buffer.appendBuffer(this.#join(next));
      }
    } catch (error) {
      this.socket?.close();  // begins anew
    }
    this.#follow();
  }

  // What waits goes in together: fewer appends when the page was busy.
  #join(first) {
    const parts = [first];
    while (this.queue.length && typeof this.queue[0] !== 'function') parts.push(this.queue.shift());
    if (parts.length === 1) return first;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(new Uint8Array(part), at);
      at += part.byteLength;
    }
    return whole;
  }

  // Close to the newest picture, over holes.
  #follow() {
    const { video } = this;
    if (this.closed || !video || !video.buffered.length) return;
    const last = video.buffered.length - 1;
    const end = video.buffered.end(last);
    if (!this.shown || video.currentTime < video.buffered.start(last) || end - video.currentTime > kTooLate) {
      this.shown = true;
      video.currentTime = Math.max(video.buffered.start(last), end - 0.2);
    }
    const behind = end - video.currentTime;
    if (behind > kLate) video.playbackRate = 1.15;
    if (behind < kClose) video.playbackRate = 1;
    if (video.paused) video.play().catch(() => {});
    this.tick(this.now());
  }

  #dropSource() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = this.media = this.buffer = null;
    this.shown = false;
    this.queue = [];
    if (this.video) {
      this.video.pause();
      this.video.removeAttribute('src');
      this.video.load();  // lets go of the decoder
    }
  }

  #images() {
    this.closed = true;
    this.socket.close();
    this.image = new Image();
    this.image.alt = '';
    this.image.src = `${this.base}/mjpeg${this.query}`;
    this.screen.replaceChildren(this.image);
    this.tell(sentence('live'));
  }

  #without(word) {
    this.closed = true;
    this.socket.close();
    const video = document.createElement('video');
    if (!kSource && video.canPlayType('application/vnd.apple.mpegurl')) {
      Object.assign(video, { muted: true, playsInline: true, autoplay: true, src: `${this.base}/hls/live.m3u8${this.query}` });
      this.video = video;
      this.screen.replaceChildren(video);
      return this.tell(sentence('live'));
    }
    this.tell(sentence('unsupported', { codec: `${word.name}, ${word.codec}` }));
  }
}
