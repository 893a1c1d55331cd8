"use strict";
(() => {
  const AHEAD = 5;
  const ZOOM = 3;
  const $ = (id) => document.getElementById(id);
  const panes = [$("left"), $("right")];
  const pictures = new Map();
  const windows = new Map();
  const answered = [];
  let questions = [];
  let at = 0;
  let choice = 0;
  let busy = false;
  let zoomed = false;
  let over = false;

  const open = () => questions.filter((one) => !one.done).length;

  // Pictures: asked for once, decoded before they are needed, kept while they are near. What follows a # only keeps
  // apart two elements of one picture.
  function picture(address) {
    if (!pictures.has(address)) {
      const one = new Image();
      one.alt = "";
      one.decoding = "sync";
      one.draggable = false;
      one.src = address.split("#")[0];
      one.decode().catch(() => { one.dataset.lost = "1"; one.closest(".pane")?.classList.add("lost"); });
      pictures.set(address, one);
    }
    return pictures.get(address);
  }
  function ahead() {
    const near = new Set();
    for (const step of [0, ...Array.from({ length: AHEAD }, (_, place) => place + 1), -1]) {
      const number = at + step;
      if (number < 0 || number >= questions.length) continue;
      const places = questions[number].choices.map((_, place) => place);
      const cuts = step === 0 ? [choice, ...places] : places.slice(0, 1);
      near.add(`copy/${number}`);
      for (const place of cuts) near.add(`cut/${number}/${place}`).add(`cut/${number}/${place}#under`);
      for (const place of places) near.add(`whole/${number}/${place}`);
    }
    for (const address of pictures.keys()) if (!near.has(address)) pictures.delete(address);
    for (const address of near) picture(address);
    for (const step of [0, 1, 2]) {
      const number = at + step;
      if (number < questions.length && !windows.has(number)) windows.set(number, ask(`windows/${number}`).catch(() => []));
    }
  }

  async function ask(address, body) {
    const reply = await fetch(address, body === undefined ? {} : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.status === 204 ? null : reply.json();
  }

  function words(node, ...parts) {
    node.replaceChildren(...parts.filter(Boolean).map((part) => {
      if (typeof part === "string") return document.createTextNode(part);
      const [kind, text] = part;
      const one = document.createElement(kind === "warn" ? "span" : kind);
      if (kind === "warn") one.className = "warn";
      one.textContent = text;
      return one;
    }));
  }

  function said(one) {
    if (one.chosen_name) return `You chose ${one.chosen_name}. `;
    return one.done ? "You said: none of these. " : "";
  }

  function draw() {
    const one = questions[at];
    const now = one.choices[choice];
    $("title").textContent = one.title || "(no title)";
    words($("reason"), said(one) ? ["b", said(one)] : null, one.reason);
    $("reason").className = one.done ? "done" : "";
    const done = questions.length - open();
    $("count").textContent = `${at + 1} of ${questions.length}, ${done} answered`;
    $("bar").firstElementChild.style.width = `${(100 * done) / questions.length}%`;
    words($("copy-words"), ["b", "On Flickr"], ` ${one.size.join(" \u00d7 ")}`, one.posted ? `, posted ${one.posted}` : "");
    words($("original-words"), ["b", now.name], ` ${now.size.join(" \u00d7 ")}, ${now.megabytes} MB`,
      now.taken ? `, taken ${now.taken}` : "", now.camera ? `, ${now.camera}` : "", `, score ${now.score.toFixed(2)}`,
      now.gain < 1.2 ? ["warn", `, ${now.gain} times the copy's pixels only`] : null);
    $("original-words").title = now.path;
    const copy = picture(`copy/${at}`);
    const under = picture(`cut/${at}/${choice}#under`);
    const right = picture(`cut/${at}/${choice}`);
    copy.className = "over";
    under.className = "under";
    panes[0].replaceChildren(under, copy);
    panes[1].replaceChildren(right);
    panes[0].classList.toggle("lost", Boolean(copy.dataset.lost));
    panes[1].classList.toggle("lost", Boolean(right.dataset.lost));
    zoom(false);
    strip(one);
    ahead();
  }

  function strip(one) {
    $("strip").replaceChildren(...one.choices.map((each, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-current", String(place === choice));
      button.setAttribute("aria-label", `${place + 1}: ${each.name}${one.refused.includes(place) ? ", refused" : ""}`);
      button.title = each.path;
      if (one.refused.includes(place)) button.classList.add("refused");
      if (one.chosen === place) button.classList.add("chosen");
      const number = document.createElement("span");
      number.className = "number";
      number.textContent = String(place + 1);
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 1000 1000");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
      svg.append(polygon);
      windows.get(at)?.then((found) => { if (found[place]) polygon.setAttribute("points", found[place]); });
      button.append(picture(`whole/${at}/${place}`), svg, number);
      button.addEventListener("click", () => choose(place));
      return button;
    }));
  }

  function go(number) {
    at = Math.max(0, Math.min(questions.length - 1, number));
    const one = questions[at];
    const left = one.choices.findIndex((_, place) => !one.refused.includes(place));
    choice = one.chosen ?? (left < 0 ? 0 : left);
    over = false;
    $("end").hidden = true;
    for (const id of ["stage", "strip", "actions"]) $(id).hidden = false;
    ahead();
    draw();
  }

  function choose(place) {
    if (place < questions[at].choices.length) { choice = place; draw(); }
  }

  function nextOpen() {
    for (let step = 1; step <= questions.length; step += 1) {
      const number = (at + step) % questions.length;
      if (!questions[number].done) return number;
    }
    return -1;
  }

  async function answer(kind, number = at) {
    if (busy) return;
    busy = true;
    try {
      const told = await ask("answer", { question: number, kind, choice: kind === "none" || kind === "undo" ? null : choice });
      Object.assign(questions[number], told);
      if (kind === "undo") return go(number);
      answered.push(number);
      if (!questions[number].done) return go(number);
      const next = nextOpen();
      return next < 0 ? finish() : go(next);
    } catch {
      lost();
    } finally {
      busy = false;
    }
  }

  function undo() {
    const number = answered.pop() ?? (questions[at].done || questions[at].refused.length ? at : -1);
    if (number >= 0) answer("undo", number);
  }

  function finish() {
    over = true;
    for (const id of ["stage", "strip", "actions"]) $(id).hidden = true;
    $("title").textContent = "Done";
    $("reason").textContent = "";
    $("count").textContent = `${questions.length} answered`;
    $("bar").firstElementChild.style.width = "100%";
    $("end").hidden = false;
    $("end-words").textContent = questions.length === 1 ? "That was the only question." : `All ${questions.length} are answered.`;
    $("end-next").textContent = "Every answer is kept. Run sync again and it does what you said.";
    $("end-words").focus();
  }

  function lost() {
    $("end").hidden = false;
    for (const id of ["stage", "strip", "actions"]) $(id).hidden = true;
    for (const button of $("end").querySelectorAll("button")) button.hidden = true;
    $("end-words").textContent = "The program has ended.";
    $("end-next").textContent = "Every answer that was shown as given is kept. Run review to go on.";
  }

  function goodbye() {
    ask("goodbye", {}).catch(() => {}).finally(() => {
      over = false;
      for (const button of $("end").querySelectorAll("button")) button.hidden = true;
      $("end-next").textContent = "You can close this page. Run sync again and it does what you said.";
    });
  }

  // Zoom: the same spot of both pictures, led by the pointer.
  function zoom(on, x = 0.5, y = 0.5) {
    zoomed = on;
    $("zoom").setAttribute("aria-pressed", String(on));
    for (const pane of panes) {
      for (const one of pane.children) {
        one.style.transformOrigin = `${100 * x}% ${100 * y}%`;
        one.style.transform = on ? `scale(${ZOOM})` : "";
      }
    }
  }
  for (const pane of panes) {
    pane.addEventListener("pointermove", (event) => {
      if (!zoomed) return;
      const box = pane.getBoundingClientRect();
      zoom(true, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    pane.addEventListener("pointerdown", () => blink(true));
  }
  const blink = (on) => document.body.classList.toggle("blink", on);
  for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, () => blink(false));

  function press(key) {
    if (over) {
      if (key === "u") undo();
      else if (key === "Enter") goodbye();
      return true;
    }
    if (!questions.length || $("stage").hidden) return false;
    if (key === "y") answer("this");
    else if (key === "n") answer("none");
    else if (key === "x") answer("never");
    else if (key === "u") undo();
    else if (key === "z") zoom(!zoomed);
    else if (key === " ") blink(true);
    else if (key === "ArrowRight") go(at + 1);
    else if (key === "ArrowLeft") go(at - 1);
    else if (/^[1-5]$/.test(key)) choose(Number(key) - 1);
    else return false;
    return true;
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const onButton = document.activeElement instanceof HTMLButtonElement;
    if (onButton && (event.key === "Enter" || (event.key === " " && !over && !document.activeElement.closest("#strip")))) return;
    if (press(event.key)) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => { if (event.key === " ") blink(false); });
  for (const button of document.querySelectorAll("[data-key]")) {
    if ("hold" in button.dataset) button.addEventListener("pointerdown", () => blink(true));
    else button.addEventListener("click", () => { press(button.dataset.key); button.blur(); });
  }
  window.addEventListener("pagehide", () => { if (questions.length && !open()) navigator.sendBeacon("goodbye"); });

  ask("questions").then((told) => {
    questions = told;
    const first = questions.findIndex((one) => !one.done);
    if (first < 0) { if (questions.length) finish(); } else go(first);
  }).catch(lost);
})();
