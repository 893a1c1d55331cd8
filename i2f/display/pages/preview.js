"use strict";
(() => {
  const cards = [...document.querySelectorAll(".card")];
  const chips = [...document.querySelectorAll(".tools [data-show]")];
  const search = document.querySelector(".tools input");
  const none = document.querySelector(".none");
  const texts = new Map();
  let kind = "";

  const text = (card) => {
    if (!texts.has(card)) texts.set(card, card.textContent.toLowerCase().replace(/\s+/g, " "));
    return texts.get(card);
  };
  const shown = () => cards.filter((card) => !card.hidden);

  function filter() {
    const words = search.value.toLowerCase().trim().split(/\s+/).filter(Boolean);
    const counts = new Map(chips.map((chip) => [chip.dataset.show, 0]));
    for (const card of cards) {
      const found = words.every((word) => text(card).includes(word));
      card.hidden = !found || (kind !== "" && card.dataset.kind !== kind);
      if (!found) continue;
      for (const each of ["", card.dataset.kind]) counts.set(each, counts.get(each) + 1);
    }
    none.hidden = counts.get(kind) > 0;
    for (const chip of chips) {
      chip.setAttribute("aria-pressed", String(chip.dataset.show === kind));
      chip.querySelector("span").textContent = counts.get(chip.dataset.show).toLocaleString("en");
    }
  }
  function show(chip) {
    kind = chip.dataset.show;
    filter();
    window.scrollTo(0, 0);
  }
  for (const chip of chips) chip.addEventListener("click", () => show(chip));
  search.addEventListener("input", filter);

  const hold = (pair, on) => pair.classList.toggle("held", on);
  const letGo = () => document.querySelectorAll(".pair.held").forEach((pair) => hold(pair, false));
  document.addEventListener("pointerdown", (event) => {
    const pair = event.target.closest("button.pair");
    if (pair && event.button === 0) hold(pair, true);
  });
  for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, letGo);
  document.addEventListener("contextmenu", (event) => {
    if (event.target.closest("button.pair")) event.preventDefault();
  });

  const layout = document.getElementById("layout");
  function exchange() {
    const grid = document.body.classList.toggle("grid");
    layout.setAttribute("aria-pressed", String(grid));
    here?.scrollIntoView({ block: "start" });
  }
  layout.addEventListener("click", exchange);

  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const code = button.previousElementSibling;
      getSelection().selectAllChildren(code);
      try { await navigator.clipboard.writeText(code.textContent); } catch { if (!document.execCommand("copy")) return; }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  let here = null;
  function move(by) {
    const list = shown();
    if (!list.length) return;
    const at = list.indexOf(here);
    here = list[Math.min(list.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by))];
    here.scrollIntoView({ block: "start" });
    (here.querySelector("button.pair") || here.querySelector("a")).focus({ preventScroll: true });
  }
  const heldBy = () => document.activeElement?.closest("button.pair") || here?.querySelector("button.pair");
  document.addEventListener("focusin", (event) => { here = event.target.closest(".card") || here; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; filter(); search.blur(); }
      return;
    }
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "g") exchange();
    else if (event.key === "o" && here) here.querySelector("a").click();
    else if (/^[1-4]$/.test(event.key) && chips[event.key - 1]) show(chips[event.key - 1]);
    else if (event.key === " " && !document.activeElement.matches("button:not(.pair)") && heldBy()) { event.preventDefault(); hold(heldBy(), true); }
  });
  document.addEventListener("keyup", (event) => { if (event.key === " ") letGo(); });
})();
