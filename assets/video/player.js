// The page of one camera: live or recorded, one player, one bar for the day.

import { Live, canPlay } from './live.js';
import { Recorded } from './recorded.js';
import { DayBar } from './daybar.js';
import { sentence, longTime, shortTime } from './words.js';

const player = document.querySelector('[data-player]');
const screen = player.querySelector('.screen');
const status = player.querySelector('[data-status]');
const clock = player.querySelector('[data-clock]');
const toolbar = player.querySelector('[data-toolbar]');
const speed = player.querySelector('[data-speed]');
const { camera, dayFrom, dayTo, at } = player.dataset;
const day = { from: Number(dayFrom), to: Number(dayTo) };

let live = null;
let recorded = null;
let video = null;
let pictured = null;     // UTC in ms of the single picture that is shown
let onlyPictures = false;  // no browser plays stored MJPEG: picture by picture, then

const tell = (text) => { if (status.textContent !== text) status.textContent = text; };
const bar = new DayBar(player, camera, day, (ms) => watch(ms));

// The button says what it will do: pause what moves, play what stands.
const playSign = toolbar.querySelector('[data-do="play"]').firstChild;
function showSign() {
  playSign.data = live || (video && !video.paused) ? '❚❚' : '▶';
}

function showTime(ms) {
  if (ms === null) return;
  clock.textContent = longTime(ms);
  bar.mark(ms);
}

function leave() {
  live?.stop();
  recorded?.close();
  live = recorded = video = pictured = null;
  showSign();
}

function watchLive() {
  leave();
  live = new Live(screen, camera, { tell, tick: showTime });
  live.start();
  showSign();
}

function picture(ms) {
  leave();
  onlyPictures = true;
  pictured = ms;
  const image = new Image();
  image.alt = '';
  image.addEventListener('error', () => pictured === ms && tell(sentence('nothing')));
  image.src = `/api/v1/cameras/${encodeURIComponent(camera)}/still.jpg?at=${Math.round(ms * 1000)}`;
  screen.replaceChildren(image);
  showTime(ms);
  tell(sentence('pictures'));
}

function watch(ms, play = true) {
  if (onlyPictures) return picture(ms);
  if (recorded && ms >= recorded.base && ms < recorded.base + (day.to - day.from) + 86_400_000) {
    tell('');
    return recorded.seek(ms);
  }
  leave();
  if (!globalThis.MediaSource && !globalThis.ManagedMediaSource) return tell(sentence('no_mse'));
  video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true });
  screen.replaceChildren(video);
  for (const change of ['play', 'pause']) video.addEventListener(change, showSign);
  video.addEventListener('timeupdate', () => recorded && showTime(recorded.now()));
  video.addEventListener('seeked', () => recorded && showTime(recorded.now()));
  video.addEventListener('error', () => tell(sentence('failed')));
  // The line of time of the video begins with the day, or before what was asked.
  const base = Math.min(day.from, ms) - 3_600_000;
  recorded = new Recorded(video, camera, base, {
    unsupported: (format) => (format?.name === 'MJPEG' ? picture(recorded.now()) : tell(sentence('unsupported', { codec: `${format?.name}, ${format?.codec}` }))),
    nothing: () => tell(sentence('nothing')),
    gap: (from, to) => tell(sentence('gap', { from: shortTime(from), to: shortTime(to) })),
    failed: () => tell(sentence('failed')),
    end: () => tell(sentence('end')),
    again: () => tell(''),
  });
  tell('');
  video.playbackRate = Number(speed.value);
  recorded.seek(ms);
  if (play) video.play().catch(() => {});
}

// Where the picture is now, live or not.
const here = () => recorded?.now() ?? pictured ?? live?.now() ?? Date.now();
function move(ms) { watch(here() + ms); }
function step(direction) {
  if (pictured !== null) return picture(pictured + direction * 40);
  if (!recorded) {
    const ms = here();
    watch(ms - 2000, false);
    return;
  }
  recorded.step(direction);
}
const actions = {
  'back-minute': () => move(-60_000),
  back: () => move(-10_000),
  'frame-back': () => step(-1),
  play: () => {
    if (!recorded) return watch(here() - 1000, false);
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  },
  'frame-forward': () => step(1),
  forward: () => move(10_000),
  'forward-minute': () => move(60_000),
  live: watchLive,
  full: () => (document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen?.()),
};
const keys = { ' ': 'play', k: 'play', K: 'play', ArrowLeft: 'back', ArrowRight: 'forward', ',': 'frame-back', ';': 'frame-forward', '.': 'frame-forward', d: 'live', D: 'live', f: 'full', F: 'full' };

toolbar.hidden = false;
toolbar.addEventListener('click', (event) => actions[event.target.closest('[data-do]')?.dataset.do]?.());
speed.addEventListener('change', () => { if (video) video.playbackRate = Number(speed.value); });
player.tabIndex = 0;
player.addEventListener('keydown', (event) => {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  const own = event.target.closest('button, select, input, a') && (event.key === ' ' || event.key.startsWith('Arrow'));
  if (!plain || own || !keys[event.key]) return;
  event.preventDefault();
  actions[keys[event.key]]();
});

// Where one is, as a first proposal.
const download = document.querySelector('[data-download]');
download.addEventListener('focusin', () => {
  if (!download.elements.from.value) download.elements.from.value = shortTime(here() - 60_000);
  if (!download.elements.to.value) download.elements.to.value = shortTime(here());
});

if (at) watch(Number(at) / 1000);
else if (day.to < Date.now()) watch(day.from);
else if (!player.dataset.codec || 'jpeg' in player.dataset || canPlay(player.dataset.codec) || !globalThis.MediaSource) watchLive();
else tell(sentence('unsupported', { codec: player.dataset.codec }));
