// The grid: small streams of all cameras that can be seen on the page, and only those.

import { Live } from './live.js';

const running = new Map();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting && !running.has(target)) {
      const status = target.closest('li').querySelector('[data-status]');
      const live = new Live(target, target.dataset.camera, {
        query: '?quality=grid',
        tell: (text) => { if (status.textContent !== text) status.textContent = text; },
      });
      running.set(target, live);
      live.start();
    } else if (!isIntersecting && running.has(target)) {
      running.get(target).stop();
      running.delete(target);
    }
  }
});
for (const screen of document.querySelectorAll('[data-live]')) watcher.observe(screen);
