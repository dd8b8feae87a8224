// Autosave: what is typed reaches the server on its own, and until the server has said so it stays in this browser.
//
// Forms marked data-autosave="/address". Sent 800 ms after the last key, on leaving a field, and when the page is hidden: the whole form,
// urlencoded, with the header X-Autosave: 1. The server answers JSON:
//   {saved: true, version, at, message, errors: {field: text}, live: {element id: text}}
// 409 is a conflict, 401, a redirection or a 403 without message a lost session, other 4xx a refusal; anything else is tried again, later and later.
//
// In the browser's storage, under data-key (form and person): what was typed and not yet acknowledged, nothing else, never a password.
"use strict";

(() => {
  const B = window.beffroi;
  const PREFIX = "beffroi:typed:";
  const MONTH = 30 * 24 * 3600 * 1000;
  const NOT_KEPT = new Set(["csrf", "version"]);

  function timeText(at, long) {
    const french = document.documentElement.lang === "fr";
    const date = at ? new Date(at) : new Date();
    const day = { timeZone: "Europe/Paris", day: "numeric", month: "long" };
    const options = { timeZone: "Europe/Paris", hour: "numeric", minute: "2-digit" };
    let time = new Intl.DateTimeFormat(french ? "fr-FR" : "en-GB", options).format(date);
    if (french) time = time.replace(/^0/, "").replace(":", "\u00a0h\u00a0");
    if (!long) return time;
    return new Intl.DateTimeFormat(french ? "fr-FR" : "en-GB", day).format(date) + (french ? " à " : " at ") + time;
  }

  const store = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(key) || "null");
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
        return true;
      } catch {
        return false;  // full or forbidden: the page then says so and holds the person back
      }
    },
    remove(key) {
      try {
        localStorage.removeItem(key);
      } catch { /* nothing was kept there */ }
    },
    purge() {
      try {
        for (const key of Object.keys(localStorage))
          if (key.startsWith(PREFIX) && Date.now() - (store.read(key)?.at || 0) > MONTH) localStorage.removeItem(key);
      } catch { /* no storage, nothing to purge */ }
    },
  };

  class Autosave {
    constructor(form) {
      this.form = form;
      this.text = form.dataset;
      this.key = PREFIX + form.dataset.key;
      this.state = form.querySelector("[data-save-state]");
      this.trouble = form.querySelector("[data-save-trouble]");
      this.revision = 0;  // what was typed
      this.acknowledged = 0;  // what the server has said it holds
      this.kept = true;  // the browser holds what the server does not
      this.sending = false;
      this.failures = 0;
      this.halted = "";  // "conflict", "session"
      this.leaving = false;
      this.later = B.wait(800, () => this.send());
      this.timer = 0;

      form.addEventListener("input", (event) => this.edited(event));
      form.addEventListener("change", (event) => this.edited(event));
      form.addEventListener("focusout", () => this.send());
      form.addEventListener("submit", () => this.submitted());
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") this.send({ keepalive: true });
        else this.wake();
      });
      window.addEventListener("focus", () => this.wake());
      window.addEventListener("online", () => this.wake());
      window.addEventListener("beforeunload", (event) => {
        if (this.dirty() && !this.kept && !this.leaving) event.preventDefault();
      });
      this.offer();
    }

    dirty() {
      return this.revision !== this.acknowledged;
    }
    version() {
      return Number(this.form.elements.version?.value || 0);
    }
    fields() {
      const secret = new Set([...this.form.querySelectorAll("input[type=password]")].map((input) => input.name));
      return [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !secret.has(name));
    }
    typed() {
      return this.fields().filter(([name]) => !NOT_KEPT.has(name));
    }

    edited(event) {
      if (event.target.type === "file" || event.target.type === "password" || !(event.target.name || event.target === this.form)) return;
      this.revision += 1;
      this.kept = store.write(this.key, { at: Date.now(), version: this.version(), fields: this.typed() });
      if (!this.halted) this.later();
    }

    submitted() {
      this.leaving = true;
      if (this.dirty()) store.write(this.key, { at: Date.now(), version: this.version(), fields: this.typed(), submitted: true });
    }

    // Something may have changed outside: the network, the session in another tab.
    wake() {
      if (this.halted === "session") this.rejoin();
      else if (this.failures) this.send();
    }

    async send({ keepalive = false } = {}) {
      if (this.sending || this.leaving || this.halted || !this.dirty()) return;
      clearTimeout(this.timer);
      this.sending = true;
      const revision = this.revision;
      this.sent = JSON.stringify(this.typed());
      let answer = null;
      let body = {};
      try {
        answer = await fetch(this.text.autosave, {
          method: "POST",
          body: new URLSearchParams(this.fields()),
          headers: { "X-Autosave": "1", Accept: "application/json" },
          redirect: "manual",
          keepalive,
          signal: AbortSignal.timeout(15000),
        });
        if (answer.headers.get("content-type")?.includes("json")) body = await answer.json();
      } catch {
        answer = null;
      }
      this.sending = false;
      this.heard(answer, body, revision);
      if (this.dirty() && !this.failures && !this.halted && this.revision !== revision) this.later();
    }

    heard(answer, body, revision) {
      if (answer?.ok && body.saved) this.saved(body, revision);
      else if (answer && (answer.type === "opaqueredirect" || answer.status === 401 || (answer.status === 403 && !body.message))) this.sessionLost();
      else if (answer?.status === 409) this.conflict(body);
      else if (answer && ([400, 403, 413].includes(answer.status) || answer.status === 422 || (answer.ok && body.saved === false))) this.refused(body);
      else this.failed();
    }

    saved(body, revision) {
      this.failures = 0;
      this.acknowledged = revision;
      if (this.form.elements.version && body.version !== undefined) this.form.elements.version.value = body.version;
      if (!this.dirty()) {
        store.remove(this.key);
        this.kept = true;
      } else {
        this.kept = store.write(this.key, { at: Date.now(), version: this.version(), fields: this.typed() });
      }
      if (!this.offering) this.silence();
      this.showErrors(body.errors || {});
      const changes = this.showLive(body.live || {});
      this.say([body.message || B.fill(this.text.tSaved, { time: timeText(body.at) }), ...changes].join(". "));
    }

    // The same words are not written twice: a status region is only read out when it changes.
    say(text) {
      if (this.state.textContent !== text) this.state.textContent = text;
    }

    showErrors(errors) {
      for (const control of this.form.elements) {
        if (!control.name || !control.id || control === document.activeElement) continue;
        B.fieldError(control, errors[control.name] || "", this.text.tError);
      }
    }

    showLive(live) {
      const changes = [];
      for (const [id, text] of Object.entries(live)) {
        const target = document.getElementById(id);
        if (target instanceof SVGElement) {  // a gauge: "70.51 good"; its words are another entry
          const [width, tone] = text.split(" ");
          target.querySelector("rect").setAttribute("width", `${width}%`);
          target.setAttribute("class", tone);
          continue;
        }
        if (!target || target.textContent === text) continue;
        target.textContent = text;
        const label = target.closest("div")?.querySelector("dt, p > span")?.textContent;
        if (label) changes.push(`${label}\u00a0: ${text}`);
      }
      return changes;
    }

    warn(kind, text, ...actions) {
      if (this.trouble.dataset.kind === kind && this.trouble.textContent.startsWith(text)) return;
      this.trouble.dataset.kind = kind;
      const line = B.element("p", { className: "buttons" }, ...actions);
      this.trouble.replaceChildren(
        B.element("div", { className: `notice ${kind === "restore" ? "warning" : "bad"}` }, B.element("p", { className: "notice-title", textContent: text }), line));
      this.state.textContent = "";
    }
    silence() {
      delete this.trouble.dataset.kind;
      this.trouble.replaceChildren();
    }
    action(text, run) {
      const made = B.element("button", { type: "button", className: "button secondary", textContent: text });
      made.addEventListener("click", run);
      return made;
    }

    failed() {
      this.failures += 1;
      this.warn("failed", this.kept ? this.text.tFailed : this.text.tNowhere, this.action(this.text.tRetry, () => this.send()));
      const pause = Math.min(60000, 1000 * 2 ** this.failures);
      this.timer = setTimeout(() => this.send(), pause);
    }

    refused(body) {
      this.failures = 0;
      this.showErrors(body.errors || {});
      this.warn("refused", body.message || this.text.tFailed, this.action(this.text.tRetry, () => this.send()));
    }

    conflict(body) {
      this.halted = "conflict";
      // The server has both versions and will show them: unless more was typed since, the copy here is not needed.
      const forget = () => {
        if (body.kept && JSON.stringify(this.typed()) === this.sent) store.remove(this.key);
      };
      const reload = this.action(this.text.tReload, () => {
        this.leaving = true;
        forget();
        location.reload();
      });
      this.warn("conflict", body.message || this.text.tConflict, reload);
    }

    sessionLost() {
      this.halted = "session";
      const link = B.element("a", { className: "button primary", href: this.text.signIn, target: "_blank", rel: "noopener", textContent: this.text.tSignIn });
      this.warn("session", this.text.tSession, link, this.action(this.text.tRetry, () => this.rejoin()));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.rejoin(), 20000);
    }

    // Signed in again elsewhere: this page needs the new session's token, and must belong to the same person (the key says so).
    async rejoin() {
      if (this.halted !== "session" || this.rejoining) return;
      this.rejoining = true;
      let token = "";
      try {
        const page = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(15000) });
        if (page.ok) {
          const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
          token = fresh.querySelector(`form[data-key="${CSS.escape(this.text.key)}"] input[name=csrf]`)?.value || "";
        }
      } catch { /* still away */ }
      this.rejoining = false;
      if (!token) return this.sessionLost();
      for (const input of document.querySelectorAll("input[name=csrf]")) input.value = token;
      this.halted = "";
      this.send();
    }

    // Something typed earlier never reached the server: the person chooses. Until then it stays under a name of its own.
    offer() {
      const aside = this.key + ":kept";
      const entry = store.read(aside) || store.read(this.key);
      if (!entry || !Array.isArray(entry.fields)) return;
      const done = () => {
        store.remove(aside);
        this.offering = false;
        this.silence();
      };
      const known = entry.submitted && this.version() > entry.version;
      if (known || JSON.stringify(entry.fields) === JSON.stringify(this.typed())) {
        store.remove(this.key);
        return done();
      }
      store.write(aside, entry);
      store.remove(this.key);
      this.offering = true;
      const yes = this.action(this.text.tYes, () => {
        this.restore(entry.fields);
        done();
        this.say(this.text.tRestored);
        this.send();
      });
      const no = this.action(this.text.tNo, done);
      this.warn("restore", B.fill(this.text.tRestore, { time: timeText(entry.at, true) }), yes, no);
    }

    restore(fields) {
      B.fitRows?.(this.form, fields.map(([name]) => name));
      const values = new Map();
      for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
      for (const control of this.form.elements) {
        if (!control.name || NOT_KEPT.has(control.name) || ["file", "password", "submit", "button"].includes(control.type)) continue;
        const mine = values.get(control.name) || [];
        if (control.type === "checkbox" || control.type === "radio") control.checked = mine.includes(control.value);
        else if (mine.length) control.value = mine.shift();
      }
      this.form.dispatchEvent(new Event("change", { bubbles: true }));
      this.revision += 1;
      this.kept = store.write(this.key, { at: Date.now(), version: this.version(), fields: this.typed() });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    store.purge();
    for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
  });
})();
