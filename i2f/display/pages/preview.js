"use strict";
(() => {
  const cards = [...document.querySelectorAll(".card")];
  const chips = [...document.querySelectorAll(".tools button")];
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
    let any = false;
    for (const card of cards) {
      const fits = (!kind || card.dataset.kind === kind) && words.every((word) => text(card).includes(word));
      card.hidden = !fits;
      any ||= fits;
    }
    none.hidden = any;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.show === kind));
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
    else if (event.key === "o" && here) here.querySelector("a").click();
    else if (/^[1-4]$/.test(event.key) && chips[event.key - 1]) show(chips[event.key - 1]);
    else if (event.key === " " && !chips.includes(document.activeElement) && heldBy()) { event.preventDefault(); hold(heldBy(), true); }
  });
  document.addEventListener("keyup", (event) => { if (event.key === " ") letGo(); });
})();
