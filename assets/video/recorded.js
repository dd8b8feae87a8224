// Stored pictures of one camera: byte ranges of the stored files into Media Source Extensions, as the API lists them. Time 0 of the video is
// `base` (UTC, ms); a gap in the recording is a gap of the buffer, and is jumped over.

const kAhead = 20;    // seconds read ahead
const kBehind = 30;   // seconds kept
const kList = 3_600_000;  // ms asked of the API at once
const kLength = 4 * 86_400;  // seconds: the day that is shown, and what may follow
const kEvents = ['loadedmetadata', 'timeupdate', 'seeking', 'waiting'];
const kSource = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

export class Recorded {
  // `hooks`: unsupported(format), nothing(), gap(fromMs, toMs), failed(), end(), again()
  constructor(video, camera, base, hooks) {
    Object.assign(this, { video, camera, base, hooks });
    this.stretches = [];
    this.frames = new Map();  // segment → times of its frames, seconds on the video's line
    this.inside = new Map();  // segment → whether it was appended
    this.listed = null;
    this.turn = 0;
    this.busy = false;
    this.media = new kSource();
    video.disableRemotePlayback = true;
    this.address = URL.createObjectURL(this.media);
    video.src = this.address;
    this.opened = new Promise((done) => this.media.addEventListener('sourceopen', done, { once: true }));
    this.onTime = () => {
      if (this.wanted !== null) this.#go(this.wanted);
      this.#fill();
    };
    this.wanted = null;  // where to go once the video can (UTC, ms)
    for (const event of kEvents) video.addEventListener(event, this.onTime);
  }

  close() {
    this.closed = true;
    this.stopping?.abort();
    clearTimeout(this.later);
    for (const event of kEvents) this.video.removeEventListener(event, this.onTime);
    URL.revokeObjectURL(this.address);
  }

  now() { return this.wanted ?? this.base + this.video.currentTime * 1000; }
  seek(ms) {
    this.ended = false;
    this.#go(ms);
    this.#fill();
  }
  // A video that knows nothing yet forgets where it was sent to.
  #go(ms) {
    this.wanted = ms;
    if (this.video.readyState === 0) return;
    this.wanted = null;
    this.video.currentTime = Math.max(0, (ms - this.base) / 1000);
  }

  // To the image before (−1) or after (+1) the one shown, exactly.
  step(direction) {
    this.video.pause();
    const times = [...this.frames.values()].flat().sort((a, b) => a - b);
    const here = this.video.currentTime;
    const shown = times.findLastIndex((time) => time <= here + 0.0005);
    const next = times[shown + direction];
    if (next !== undefined) this.video.currentTime = next + 0.0005;
  }

  async #fill() {
    if (this.busy || this.closed) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        await this.#fillOnce();
      } while (this.again && !this.closed);
    } catch (error) {
      if (!this.closed) this.hooks.failed(error);
    } finally {
      this.busy = false;
    }
  }

  async #fillOnce() {
    await this.opened;
    const here = this.now();
    if (!this.listed || here < this.listed.from || here > this.listed.to - 60_000) await this.#list(here);
    const segments = this.stretches.flatMap((stretch) => stretch.segments);
    let next = segments.find((one) => one.to_us / 1000 > here);
    if (!next) {
      if (!this.ended) this.hooks.end();
      this.ended = true;
      this.listed = null;  // what is being recorded may have grown: look again soon
      clearTimeout(this.later);
      this.later = setTimeout(() => this.#fill(), 2000);
      return;
    }
    if (this.ended) this.hooks.again();
    this.ended = false;
    const start = next.from_us / 1000;
    if (start > here + 700) {  // nothing is stored here
      this.hooks.gap(here, start);
      this.#go(start + 1);
    }
    for (const segment of segments.slice(segments.indexOf(next))) {
      if (segment.from_us / 1000 > this.now() + kAhead * 1000) break;
      if (!this.inside.get(segment)) await this.#append(segment);
      if (this.closed || this.again) return;
    }
    await this.#trim();
  }

  async #list(here) {
    const from = Math.round(here - 60_000) * 1000;
    const to = from + kList * 1000;
    const answer = await fetch(`/api/v1/cameras/${encodeURIComponent(this.camera)}/segments?from=${from}&to=${to}`);
    if (answer.status === 404) {
      this.listed = { from: from / 1000, to: from / 1000 };
      this.stretches = [];
      this.hooks.nothing();
      return;
    }
    if (!answer.ok) throw new Error(`segments: ${answer.status}`);
    const list = await answer.json();
    const known = new Map([...this.inside.keys()].map((one) => [`${one.url} ${one.offset} ${one.bytes}`, one]));
    this.stretches = list.stretches;
    for (const stretch of this.stretches) {
      stretch.segments = stretch.segments.map((segment) => {
        segment.url = stretch.url;
        segment.stretch = stretch;
        const old = known.get(`${segment.url} ${segment.offset} ${segment.bytes}`);
        return old ?? segment;
      });
    }
    this.listed = { from: from / 1000, to: to / 1000 };
  }

  async #append(segment) {
    const { stretch } = segment;
    const type = `video/mp4; codecs="${stretch.format?.codec}"`;
    if (!kSource.isTypeSupported(type)) {
      this.closed = true;
      return this.hooks.unsupported(stretch.format);
    }
    if (!this.buffer) {
      this.buffer = this.media.addSourceBuffer(type);
      this.media.duration = kLength;  // all of it may be sought, not only what was read
    }
    const whole = new Uint8Array(await this.#range(stretch.url, segment.offset, segment.bytes));
    if (this.closed) return;
    if (this.current !== stretch || this.type !== type) {
      const header = await this.#range(stretch.url, 0, stretch.header_bytes);
      if (this.type && this.type !== type) this.buffer.changeType(type);
      this.type = type;
      this.buffer.timestampOffset = 0;
      await this.#update(() => this.buffer.appendBuffer(header));
      this.current = stretch;
    }
    // One distance for a stretch: the camera's own line of time, not the jitter of the network; anew after a gap.
    if (stretch.distance === undefined || segment.gap_before) {
      stretch.distance = (segment.from_us / 1000 - this.base) / 1000 - segment.decode_time / 90_000;
    }
    this.buffer.timestampOffset = stretch.distance;
    await this.#update(() => this.buffer.appendBuffer(whole));
    this.frames.set(segment, frameTimes(whole, stretch.distance));
    this.inside.set(segment, true);
  }

  async #range(url, offset, bytes) {
    this.stopping = new AbortController();
    const answer = await fetch(url, { headers: { Range: `bytes=${offset}-${offset + bytes - 1}` }, signal: this.stopping.signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.arrayBuffer();
  }

  #update(change) {
    return new Promise((done, failed) => {
      this.buffer.addEventListener('updateend', done, { once: true });
      try {
        change();
      } catch (error) {
        failed(error);
      }
    });
  }

  async #trim() {
    const here = this.video.currentTime;
    const far = [...this.inside.keys()].filter((one) => {
      const from = (one.from_us / 1000 - this.base) / 1000;
      const to = (one.to_us / 1000 - this.base) / 1000;
      return to < here - kBehind || from > here + 3 * kAhead;
    });
    for (const one of far) {
      this.inside.delete(one);
      this.frames.delete(one);
      const from = Math.max(0, (one.from_us / 1000 - this.base) / 1000);
      await this.#update(() => this.buffer.remove(from, (one.to_us / 1000 - this.base) / 1000));
    }
  }
}

// Times at which the frames of a segment are shown, from its moof boxes (ISO/IEC 14496-12 §8.8): seconds.
export function frameTimes(bytes, distance) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const times = [];
  const name = (at) => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  let decode = 0;
  let usual = 0;
  const walk = (from, to) => {
    for (let at = from; at + 8 <= to;) {
      const size = view.getUint32(at);
      if (size < 8 || at + size > to) return;
      const kind = name(at);
      if (kind === 'moof' || kind === 'traf') walk(at + 8, at + size);
      if (kind === 'tfhd') {
        const flags = view.getUint32(at + 8) & 0xffffff;
        const skip = 16 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
        if (flags & 8) usual = view.getUint32(at + skip);
      }
      if (kind === 'tfdt') decode = bytes[at + 8] === 1 ? Number(view.getBigUint64(at + 12)) : view.getUint32(at + 12);
      if (kind === 'trun') {
        const flags = view.getUint32(at + 8) & 0xffffff;
        const count = view.getUint32(at + 12);
        let p = at + 16 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
        for (let i = 0; i < count; i += 1) {
          const duration = flags & 0x100 ? view.getUint32(p) : usual;
          p += (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0) + (flags & 0x400 ? 4 : 0);
          const later = flags & 0x800 ? view.getInt32(p) : 0;
          p += flags & 0x800 ? 4 : 0;
          times.push((decode + later) / 90_000 + distance);
          decode += duration;
        }
      }
      at += size;
    }
  };
  walk(0, bytes.byteLength);
  return times.sort((a, b) => a - b);
}
