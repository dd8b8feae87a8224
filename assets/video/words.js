// Sentences of the page's language, and times as people of Paris read them.

const found = new Map();

export function sentence(key, values = {}) {
  if (found.size === 0) {
    for (const one of document.querySelector('template[data-sentences]').content.querySelectorAll('[data-key]')) {
      found.set(one.dataset.key, one.textContent);
    }
  }
  return (found.get(key) ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

const language = () => (document.documentElement.lang === 'en' ? 'en-GB' : 'fr-FR');
const formats = new Map();
function format(name, options) {
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(language(), { timeZone: 'Europe/Paris', ...options }));
  return formats.get(name);
}

// 25 novembre 2026 à 14:03:07,120
export function longTime(ms) {
  return format('long', { dateStyle: 'long' }).format(ms) + ' ' +
    format('fine', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }).format(ms);
}
export function shortTime(ms) {
  return format('short', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
}
