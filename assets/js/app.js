// What every page gains from the script; nothing here is needed to use it. No sentence lives here: pages carry them in data-t-… .
"use strict";

const beffroi = (window.beffroi = {
  // "{n} résultats" with {n: 3}
  fill(template, values) {
    return (template || "").replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole));
  },
  element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  },
  wait(ms, run) {
    let timer = 0;
    return (...args) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms, ...args);
    };
  },
  number(value) {
    return new Intl.NumberFormat(document.documentElement.lang).format(value);
  },
  // 10 Mo / 10 MB, as the server writes it
  size(bytes) {
    const french = document.documentElement.lang === "fr";
    const units = french ? ["octets", "ko", "Mo", "Go"] : ["bytes", "kB", "MB", "GB"];
    let unit = 0;
    let value = bytes;
    while (unit < 3 && value >= 1000) {
      value /= 1000;
      unit += 1;
    }
    return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value) + "\u00a0" + units[unit];
  },
  // Says on a field what is wrong, or takes it back with an empty text; only takes back what it said itself.
  fieldError(control, text, word) {
    const id = control.id + "-error";
    let line = document.getElementById(id);
    const frame = control.closest(".field");
    const ids = new Set((control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
    if (!text) {
      if (!line || !line.dataset.script) return;
      line.remove();
      ids.delete(id);
      control.removeAttribute("aria-invalid");
      frame?.classList.remove("wrong");
    } else {
      if (!line) {
        line = beffroi.element("p", { className: "error", id });
        line.dataset.script = "1";
        const before = control.closest(".affix, .lookup-line, .choice") || control;
        before.before(line);
      }
      line.replaceChildren(beffroi.element("span", { className: "sr", textContent: word || "" }), " " + text);
      ids.add(id);
      control.setAttribute("aria-invalid", "true");
      frame?.classList.add("wrong");
    }
    if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" "));
    else control.removeAttribute("aria-describedby");
  },
});

// The list of errors takes the focus, so that it is read first and the way to each field is one key away.
function focusErrors() {
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  for (const link of document.querySelectorAll(".error-summary a")) {
    link.addEventListener("click", (event) => {
      const control = document.getElementById(link.hash.slice(1));
      if (!control) return;
      event.preventDefault();
      control.scrollIntoView({ block: "center" });
      control.focus({ preventScroll: true });
    });
  }
}

// Rows shown as cards lose their table semantics in some browsers: the roles give them back.
function tableRoles() {
  const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
  for (const table of document.querySelectorAll("table.cards")) {
    for (const [tag, role] of Object.entries(roles)) {
      if (tag === "table") table.setAttribute("role", role);
      else for (const each of table.querySelectorAll(tag)) each.setAttribute("role", role);
    }
    for (const each of table.querySelectorAll("th")) each.setAttribute("role", each.scope === "row" ? "rowheader" : "columnheader");
  }
}

// A table wider than its frame is a place that the keyboard must reach to scroll it; otherwise it is no stop at all.
function scrollRegions() {
  const measure = () => {
    for (const frame of document.querySelectorAll(".table")) {
      if (frame.scrollWidth > frame.clientWidth + 1) {
        frame.tabIndex = 0;
        frame.setAttribute("role", "region");
        frame.setAttribute("aria-label", frame.querySelector("caption")?.textContent || "");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
      }
    }
  };
  // At once with the layout: nobody meets a table that has become too wide and cannot be reached.
  new ResizeObserver(measure).observe(document.documentElement);
}

// What depends on a choice shows when it is chosen.
function conditionalChoices(root = document) {
  const refresh = () => {
    for (const box of document.querySelectorAll("[data-more]")) {
      const more = document.getElementById(box.dataset.more);
      if (more) more.hidden = !box.checked;
    }
  };
  root.addEventListener("change", refresh);
  refresh();
}

// "Il reste 40 caractères": seen at once, said when the person stops.
function counters() {
  for (const area of document.querySelectorAll("textarea[data-limit]")) {
    const line = document.getElementById(area.id + "-limit");
    const limit = Number(area.dataset.limit);
    const said = beffroi.element("span", { className: "sr" });
    said.setAttribute("role", "status");
    line.after(said);
    const say = beffroi.wait(1000, (text) => (said.textContent = text));
    area.addEventListener("input", () => {
      const left = limit - [...area.value].length;
      line.textContent = beffroi.fill(left < 0 ? area.dataset.tOver : area.dataset.tLeft, { n: beffroi.number(Math.abs(left)) });
      if (left < limit / 4) say(line.textContent);
    });
  }
}

document.addEventListener("DOMContentLoaded", () => {
  focusErrors();
  tableRoles();
  scrollRegions();
  conditionalChoices();
  counters();
});
