// Controls that the script makes quicker: rows without a reload, suggestions, files checked before they leave, sliders.
// Each one has a button that does the same without script.
"use strict";

(() => {
  const B = window.beffroi;

  // ---- rows that grow ----

  function newRow(repeater, wanted) {
    const rows = repeater.querySelector("[data-rows]");
    const index = wanted ?? Math.max(-1, ...[...rows.children].map((row) => Number(row.dataset.row))) + 1;
    const row = repeater.querySelector("template").content.firstElementChild.cloneNode(true);
    const nodes = document.createTreeWalker(row, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = nodes.currentNode; node; node = nodes.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll("__number__", index + 1);
      else for (const attribute of node.attributes) attribute.value = attribute.value.replaceAll("__n__", index).replaceAll("__number__", index + 1);
    }
    rows.append(row);
    return row;
  }

  function changed(form) {
    form?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function repeaters() {
    for (const repeater of document.querySelectorAll("[data-repeater]")) {
      const rows = repeater.querySelector("[data-rows]");
      const status = repeater.querySelector("[data-repeater-status]");
      const add = repeater.querySelector("[data-add]");
      const say = (template, row) => (status.textContent = B.fill(template, { row: row.querySelector("legend").textContent }));
      const limit = () => (add.disabled = rows.children.length >= Number(repeater.dataset.max));
      repeater.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        if (button === add) {
          event.preventDefault();
          const row = newRow(repeater);
          say(repeater.dataset.tAdded, row);
          row.querySelector("input, select, textarea").focus();
        } else if (button.hasAttribute("data-remove")) {
          event.preventDefault();
          const row = button.closest("[data-row]");
          const next = row.nextElementSibling || row.previousElementSibling;
          say(repeater.dataset.tRemoved, row);
          row.remove();
          (next?.querySelector("input, select, textarea") || add).focus();
        } else return;
        limit();
        changed(repeater.closest("form"));
      });
      limit();
    }
  }

  // As many rows as the names speak of: what was typed in rows that the server has never seen comes back too.
  B.fitRows = (form, names) => {
    for (const repeater of form.querySelectorAll("[data-repeater]")) {
      const prefix = repeater.dataset.repeater + "-";
      const wanted = new Set(names.filter((name) => name.startsWith(prefix)).map((name) => parseInt(name.slice(prefix.length), 10)));
      for (const row of [...repeater.querySelectorAll("[data-row]")]) if (!wanted.has(Number(row.dataset.row))) row.remove();
      const rows = repeater.querySelector("[data-rows]");
      for (const index of [...wanted].sort((a, b) => a - b)) {
        if (!Number.isNaN(index) && !rows.querySelector(`[data-row="${index}"]`)) newRow(repeater, index);
      }
    }
  };

  // ---- suggestions (ARIA combobox, list only; the text stays the person's until one is chosen) ----

  class Lookup {
    constructor(frame) {
      this.frame = frame;
      this.input = frame.querySelector("input[type=text]");
      this.status = frame.querySelector("[data-lookup-status]");
      this.active = -1;
      this.results = [];
      this.list = B.element("ul", { className: "options", id: this.input.id + "-options", hidden: true });
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", frame.dataset.tList);
      this.input.after(this.list);
      for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id }))
        this.input.setAttribute(name, value);
      frame.querySelector("[data-lookup-button]").hidden = true;
      this.ask = B.wait(150, () => this.fetch());
      this.input.addEventListener("input", () => {
        this.code("");
        this.ask();
      });
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.choose(Number(option.dataset.index));
      });
    }

    code(value) {
      const name = this.frame.dataset.code;
      let field = this.frame.querySelector(`input[type=hidden][name="${CSS.escape(name)}"]`);
      if (!field) {
        this.frame.querySelector("[data-lookup-results]")?.remove();
        field = B.element("input", { type: "hidden", name });
        this.frame.append(field);
      }
      field.value = value;
    }

    async fetch() {
      const words = this.input.value.trim();
      this.pending?.abort();
      if (words.length < 2) return this.close();
      this.pending = new AbortController();
      try {
        const address = new URL(this.frame.dataset.lookup, location.href);
        address.searchParams.set("q", words);
        const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: this.pending.signal });
        if (!answer.ok) throw new Error(String(answer.status));
        this.show((await answer.json()).results || []);
      } catch (error) {
        if (error.name === "AbortError") return;
        this.close();
        this.frame.querySelector("[data-lookup-button]").hidden = false;
        this.status.textContent = this.frame.dataset.tFailed;
      }
    }

    show(results) {
      this.results = results;
      this.active = -1;
      this.list.replaceChildren(...results.map((result, index) => {
        const option = B.element("li", { id: `${this.list.id}-${index}`, textContent: result.label });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.index = index;
        if (result.detail) option.append(" ", B.element("small", { textContent: result.detail }));
        return option;
      }));
      this.input.removeAttribute("aria-activedescendant");
      const open = results.length > 0 && document.activeElement === this.input;
      this.list.hidden = !open;
      this.input.setAttribute("aria-expanded", String(open));
      const said = results.length === 0 ? this.frame.dataset.tNone : results.length === 1 ? this.frame.dataset.tOne : this.frame.dataset.tMany;
      this.status.textContent = B.fill(said, { n: results.length });
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    move(to) {
      const options = this.list.children;
      if (!options.length) return;
      this.active = (to + options.length) % options.length;
      for (const option of options) option.setAttribute("aria-selected", "false");
      const chosen = options[this.active];
      chosen.setAttribute("aria-selected", "true");
      chosen.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", chosen.id);
    }

    choose(index) {
      const result = this.results[index];
      if (!result) return;
      this.input.value = result.label;
      this.code(result.code);
      this.close();
      this.status.textContent = result.detail ? `${result.label}, ${result.detail}` : result.label;
      changed(this.input.form);
    }

    key(event) {
      const open = !this.list.hidden;
      switch (event.key) {
        case "ArrowDown":
          if (!open) this.fetch();
          else this.move(this.active + 1);
          break;
        case "ArrowUp":
          if (!open) return;
          this.move(this.active < 0 ? -1 : this.active - 1);
          break;
        case "Enter":
          if (!open || this.active < 0) return;
          this.choose(this.active);
          break;
        case "Escape":
          if (!open) return;
          this.close();
          break;
        case "Tab":
          if (open && this.active >= 0) this.choose(this.active);
          return;
        default:
          return;
      }
      event.preventDefault();
    }
  }

  // ---- files ----

  function fileProblem(input, file) {
    const max = Number(input.dataset.maxBytes || 0);
    if (max && file.size > max) return B.fill(input.dataset.tLarge, { name: file.name, size: B.size(file.size), max: B.size(max) });
    const accepted = (input.accept || "").split(",").map((each) => each.trim().toLowerCase()).filter(Boolean);
    const fits = accepted.length === 0 || accepted.some((each) =>
      each.startsWith(".") ? file.name.toLowerCase().endsWith(each) : each.endsWith("/*") ? file.type.startsWith(each.slice(0, -1)) : file.type === each);
    return fits ? "" : B.fill(input.dataset.tType, { name: file.name, formats: input.dataset.formats || input.accept });
  }

  function fileChecks() {
    document.addEventListener("change", (event) => {
      const input = event.target;
      if (input.type !== "file" || !input.dataset.maxBytes) return;
      const problem = [...input.files].map((file) => fileProblem(input, file)).find(Boolean) || "";
      B.fieldError(input, problem, input.dataset.tError);
      if (problem) input.value = "";
    });
  }

  // With files the form goes by XMLHttpRequest, the only one that tells how far it is. It says X-Upload: 1; the server may answer JSON,
  // {location} or {message, errors: {field: text}}, or a page as it would without script.
  function upload(form, submitter) {
    const bar = B.element("progress", { max: 100, value: 0 });
    const line = B.element("p", { className: "hint" });
    const box = B.element("div", {}, line, bar);
    box.setAttribute("role", "status");
    (submitter?.closest(".buttons") || form).append(box);
    bar.setAttribute("aria-label", B.fill(form.dataset.tProgress, { percent: "" }));
    if (submitter) submitter.disabled = true;
    const data = new FormData(form);
    if (submitter?.name) data.set(submitter.name, submitter.value);
    const request = new XMLHttpRequest();
    let told = -1;
    request.upload.addEventListener("progress", (event) => {
      const percent = Math.floor((100 * event.loaded) / (event.total || 1));
      bar.value = percent;
      if (percent - told >= 25 || percent === 100) line.textContent = B.fill(form.dataset.tProgress, { percent: (told = percent) });
    });
    const stop = (text) => {
      if (submitter) submitter.disabled = false;
      box.replaceChildren(B.element("p", { className: "error", textContent: text }));
      box.setAttribute("role", "alert");
    };
    request.addEventListener("error", () => stop(form.dataset.tUploadFailed));
    request.addEventListener("load", () => {
      const json = request.getResponseHeader("content-type")?.includes("json");
      let body = {};
      try {
        body = json ? JSON.parse(request.responseText) : {};
      } catch { /* then it is told as a failure */ }
      if (body.location) {
        const to = new URL(body.location, location.href);
        const here = to.pathname === location.pathname && to.search === location.search;
        location.assign(to);
        if (here) location.reload();  // another place of the same page: the browser would only scroll
      }
      else if (json || request.status >= 500) {
        stop(body.message || form.dataset.tUploadFailed);
        for (const control of form.elements) if (control.id && control.name) B.fieldError(control, body.errors?.[control.name] || "", "");
      } else if (request.responseURL && request.responseURL !== new URL(form.action, location.href).href) location.assign(request.responseURL);
      else {
        document.open();
        document.write(request.responseText);
        document.close();
      }
    });
    request.open("POST", submitter?.hasAttribute("formaction") ? submitter.formAction : form.action);
    request.setRequestHeader("X-Upload", "1");
    request.send(data);
  }

  function uploads() {
    for (const form of document.querySelectorAll("form[data-upload]"))
      form.addEventListener("submit", (event) => {
        const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
        if (!files || event.defaultPrevented) return;
        event.preventDefault();
        upload(form, event.submitter);
      });
  }

  // ---- sliders, and forms whose answer replaces a region ----

  function sliders() {
    for (const slider of document.querySelectorAll("[data-slider]")) {
      const box = document.getElementById(slider.dataset.slider);
      slider.hidden = false;
      slider.addEventListener("input", () => {
        box.value = slider.value;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      });
      box.addEventListener("input", () => (slider.value = box.value.replace(/\D/g, "")));
    }
  }

  function liveForms() {
    for (const form of document.querySelectorAll("form[data-live-region]")) {
      const status = form.querySelector("[data-live-status]");
      const say = B.wait(600, (text) => (status.textContent = text));
      let pending = null;
      const refresh = B.wait(120, async () => {
        pending?.abort();
        pending = new AbortController();
        const address = new URL(form.action, location.href);
        address.search = new URLSearchParams(new FormData(form)).toString();
        try {
          const answer = await fetch(address, { headers: { "X-Partial": "1" }, signal: pending.signal });
          if (!answer.ok) throw new Error(String(answer.status));
          const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
          const target = document.getElementById(form.dataset.liveRegion);
          // A whole page will do as well as a piece of one.
          target.replaceChildren(...(piece.getElementById(form.dataset.liveRegion) || piece.body).childNodes);
          say(target.querySelector("[data-announce]")?.textContent || "");
          form.querySelector("[data-live-submit]").hidden = true;
        } catch (error) {
          if (error.name !== "AbortError") form.querySelector("[data-live-submit]").hidden = false;  // the button still works
        }
      });
      form.addEventListener("input", refresh);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    repeaters();
    for (const frame of document.querySelectorAll("[data-lookup]")) new Lookup(frame);
    fileChecks();
    uploads();
    sliders();
    liveForms();
  });
})();
