"use strict";
import { counted, element, makeGrid, offered } from "./review_grid.js";
import { makeQueue } from "./review_queue.js";
import { makeZoom } from "./review_zoom.js";

const AHEAD = 5;
const SIGN_MS = 2200;
const $ = (id) => document.getElementById(id);
const panes = [$("left"), $("right")];
const pictures = new Map();
const windows = new Map();
let questions = [];
let history = [];
let at = 0;
let choice = 0;
let view = "pair";
let whole = false, wasWhole = false;
let facts = false;
let leaving = false;
let posted = null;  // which render as posted is shown, and why there is none

const numberOf = new Map();
const open = () => questions.filter((one) => !one.done).length;
const state = (one) => ({ done: one.done, chosen: one.chosen, chosen_name: one.chosen_name, posted: one.posted, refused: [...one.refused], revision: one.revision });

// Talking to the program.

async function ask(address, body) {
  const reply = await fetch(address, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), keepalive: true,
  });
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.status === 204 ? null : reply.json();
}
async function send(entry) {
  const reply = await fetch("answer", {
    method: "POST", headers: { "Content-Type": "application/json" }, keepalive: true,
    body: JSON.stringify({ kind: entry.kind, answers: entry.items }),
  });
  const told = reply.ok || reply.status === 409 ? await reply.json() : { progress: {} };
  return { ok: reply.ok, status: reply.status, ...told };
}
const queue = makeQueue({
  send,
  confirmed(entry, progress) {
    const changes = Object.entries(progress).filter(([photo, told]) => take(photo, told));
    settle(changes.length > 0);
  },
  refused(entries, reply) {
    for (const [photo, told] of Object.entries(reply.progress)) questions[numberOf.get(photo)].confirmed = told;
    const numbers = new Set(entries.flatMap((entry) => entry.items.map((item) => numberOf.get(item.photo_id))));
    for (const number of numbers) {
      Object.assign(questions[number], questions[number].confirmed);
      questions[number].failed = reply.status === 409 ? "it was answered elsewhere in the meantime" : "the program could not save it";
    }
    for (const entry of entries.filter((one) => one.kind === "undo")) history.push(entry.record);
    history = history.filter((record) => !entries.some((one) => one.kind !== "undo" && one.record === record));
    settle(true);
  },
  lost,
  changed(size) { $("saving").textContent = size ? `Saving ${size}` : ""; },
});
function take(photo, told) {
  const one = questions[numberOf.get(photo)];
  one.confirmed = told;
  if (queue.holds(photo)) return false;
  const before = JSON.stringify(state(one));
  Object.assign(one, told);
  const changed = before !== JSON.stringify(state(one));
  if (changed && view === "pair" && one === questions[at]) draw();
  return changed;
}
function failures() { return questions.map((one, number) => (one.failed ? number : -1)).filter((number) => number >= 0); }
function refusedNotice() {
  const numbers = failures();
  $("notice").hidden = !numbers.length;
  if (!numbers.length) return;
  const one = questions[numbers[0]];
  $("notice").firstElementChild.textContent = (numbers.length === 1 ? "1 answer was not saved" : `${numbers.length} answers were not saved`)
    + ` (${one.title || one.photo_id}): ${one.failed}.`;
}
// The page shows the truth again once something was confirmed or refused; a shown pair is never exchanged for another.
function settle(changed) {
  if (view === "grid") { if (changed) grid.refresh(); heading(); }
  else if (view === "end" && failures().length) { leaving = false; go(failures()[0]); }
  else if (view === "end") { finish(); if (leaving) goodbye(); }
  else heading();
}

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
  for (const number of [at, ...following(AHEAD), at - 1]) {
    if (number < 0 || number >= questions.length) continue;
    const places = questions[number].choices.map((_, place) => place);
    const first = number === at ? [choice, ...places] : offered(questions[number]).slice(0, 1);
    near.add(`copy/${number}`);
    for (const place of first) near.add(`cut/${number}/${place}`).add(`cut/${number}/${place}#under`);
    for (const place of places) near.add(`whole/${number}/${place}`);
  }
  for (const address of pictures.keys()) if (!near.has(address)) pictures.delete(address);
  for (const address of near) picture(address);
  for (const number of [at, ...following(2)]) {
    if (!windows.has(number)) windows.set(number, ask(`windows/${number}`).catch(() => []));
  }
}

// One pair.

function words(node, ...parts) {
  node.replaceChildren(...parts.filter(Boolean).map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    if (part instanceof Node) return part;
    const [kind, text] = part;
    return kind === "warn" ? element("span", { class: "warn" }, text) : element(kind, {}, text);
  }));
}
function said(one) {
  if (one.failed) return "Your answer was not saved. Answer again. ";
  if (one.chosen_name) return `You accepted ${one.chosen_name}${one.posted ? " as posted" : ""}. `;
  return one.done ? "You answered: none of these. " : "";
}
function steps() {
  const numbers = grid.listed();
  return numbers.includes(at) ? numbers : questions.map((_, number) => number);
}
function heading() {
  const numbers = steps();
  const done = numbers.filter((number) => questions[number].done).length;
  $("count").textContent = view === "grid" ? `${open().toLocaleString("en")} to review, ${(questions.length - open()).toLocaleString("en")} answered`
    : `${numbers.indexOf(at) + 1} of ${numbers.length}, ${done} answered`;
  $("bar").firstElementChild.style.width = `${(100 * (questions.length - open())) / questions.length}%`;
  $("narrowed").hidden = view !== "pair" || !grid.narrowed();
  $("narrowed").firstElementChild.textContent = `Filter: ${grid.words()}.`;
  $("grid-button").setAttribute("aria-pressed", String(view === "grid"));
  $("grid-button").firstChild.textContent = view === "grid" ? "Pairs " : "Grid ";
  refusedNotice();
}
function draw() {
  ahead();
  const one = questions[at];
  const now = one.choices[choice];
  const title = one.title || "(no title)";
  $("title").replaceChildren(one.page_url === "#" ? title
    : link(one.page_url, title, one.post ? "Open on Instagram" : "Open on Flickr"));
  words($("reason"), said(one) ? ["b", said(one)] : null, one.reason);
  $("reason").className = one.failed ? "failed" : one.done ? "done" : "";
  words($("copy-words"), ["b", left(one)], ` ${one.size.join(" \u00d7 ")}`, one.posted_at ? `, posted ${one.posted_at}` : "");
  document.querySelector("#actions [data-key=p]").hidden = Boolean(one.post);
  drawCaption(one, now);
  drawPanes();
  drawFacts(one, now);
  strip(one);
  heading();
}
const link = (address, text, title) => element("a", { href: address, target: "_blank", rel: "noopener noreferrer", title }, text);
const left = (one) => (one.post ? "Instagram post" : "Copy on Flickr");
const right = (now) => (now.photo ? "Photo on Flickr" : "Original");
function drawCaption(one, now) {
  if (now.photo) {
    words($("original-words"), now.photo === "#" ? ["b", now.name] : link(now.photo, now.name, "Open on Flickr"),
      ` ${now.size.join(" \u00d7 ")}, match score ${now.score.toFixed(2)}`, one.refused.includes(choice) ? ["warn", ". You rejected this one"] : null);
    $("original-words").title = now.path;
    return;
  }
  words($("original-words"), ["b", now.name], ` ${now.size.join(" \u00d7 ")}, ${now.megabytes} MB`,
    now.taken ? `, taken ${now.taken.slice(0, -6)}` : "", now.camera ? `, ${now.camera}` : "", `, match score ${now.score.toFixed(2)}`,
    now.gain < 1.2 ? ["warn", `, only ${now.gain}\u00d7 the copy's pixels`] : `, ${now.gain}\u00d7 the copy's pixels`,
    zoom.on && zoom.failed ? ["warn", ". The file cannot be read now: enlarged from its thumbnail"] : null,
    one.refused.includes(choice) ? ["warn", ". You rejected this one"] : null);
  $("original-words").title = now.path;
}
function sheet(pane, ...images) {
  pane.replaceChildren(element("div", { class: "sheet" }, ...images, element("div", { class: "tiles" })), element("span", { class: "tag" }));
}
function drawPanes() {
  zoom.leave();
  hidePosted();
  const copy = picture(`copy/${at}`);
  const under = picture(`cut/${at}/${choice}#under`);
  copy.className = "over";
  under.className = "under";
  sheet(panes[0], under, copy);
  drawRight();
  panes[0].classList.toggle("lost", Boolean(copy.dataset.lost));
  tags();
}
function drawRight() {
  const right = picture(whole ? `large/${at}/${choice}` : `cut/${at}/${choice}`);
  right.className = "";
  sheet(panes[1], right);
  panes[1].classList.toggle("lost", Boolean(right.dataset.lost));
  panes[1].setAttribute("aria-label", whole ? "The whole original, the matched part outlined" : "The original, cut to the same part");
  $("whole").setAttribute("aria-pressed", String(whole));
  if (!whole) return;
  const [width, height] = questions[at].choices[choice].size;
  const svg = outline(at, choice, `0 0 ${width} ${height}`, "xMidYMid meet");
  svg.firstElementChild.setAttribute("transform", `scale(${width / 1000} ${height / 1000})`);
  panes[1].append(svg);
}
function outline(number, place, box, how) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("preserveAspectRatio", how);
  svg.setAttribute("aria-hidden", "true");
  const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  svg.append(polygon);
  windows.get(number)?.then((found) => { if (found[place]) polygon.setAttribute("points", found[place]); });
  return svg;
}
// As posted: rendered when it is asked for, beside both; the same key once more accepts it.
function hidePosted() {
  posted = null;
  $("posted").hidden = true;
}
function drawPosted(...said) {
  const pane = $("posted").firstElementChild;
  $("posted").hidden = false;
  words($("posted-words"), ["b", "As posted"], ...said);
  if (!posted.ready) { pane.replaceChildren(); return; }
  const image = new Image();
  image.alt = "";
  image.src = `posted-picture/${posted.key}`;
  pane.replaceChildren(element("div", { class: "sheet" }, image), element("span", { class: "tag" }, "Rendered from the original"));
}
async function asPosted() {
  const key = `${at}/${choice}`;
  if (posted?.key === key) {
    if (posted.refused) sign(`Not rendered as posted: ${posted.refused}.`);
    else answer("posted");
    return;
  }
  if (zoom.on) toggleZoom();
  const mine = posted = { key, ready: false, refused: "" };
  drawPosted(", being rendered. Press p again to accept it.");
  const told = await ask(`posted/${key}`).catch(() => ({ refused: "the original cannot be read now" }));
  if (posted !== mine) return;
  Object.assign(mine, { ready: !told.refused, refused: told.refused ?? "" });
  if (mine.refused) drawPosted(["warn", `: not rendered, ${mine.refused}`], ". Answer y to send the original, or n.");
  else drawPosted(", rendered at full size. Press p again to accept it.");
}
// Which picture is shown where; while it blinks, too.
function tags() {
  const held = document.body.classList.contains("blink");
  const times = zoom.on ? zoom.enlarged(questions[at].size[0]) : null;
  const name = right(questions[at].choices[choice]);
  const full = zoom.on && !zoom.failed;
  const original = full ? `${name}, 100 %` : whole ? "Whole file" : name;
  const hint = matchMedia("(pointer: coarse)").matches && !zoom.on ? ", hold to compare" : "";
  const copy = `${left(questions[at])}${hint}${times ? `, enlarged ${times.toFixed(1)}\u00d7` : ""}`;
  const set = (pane, text) => { const tag = pane.querySelector(".tag"); if (tag) tag.textContent = text; };
  set(panes[0], held ? (full ? `${name}, 100 %` : name) : copy);
  set(panes[1], original);
  panes[0].setAttribute("aria-label", held ? "The original in the copy's place" : questions[at].post ? "The Instagram post" : "The copy on Flickr");
}
function drawFacts(one, now) {
  $("facts").hidden = !facts;
  $("info").setAttribute("aria-pressed", String(facts));
  const rows = [
    ["Why", one.reason], ["Match score", `${now.score.toFixed(2)}, ${now.likely}`], ["Evidence", now.words],
    ["Gain", now.photo ? "" : `${now.gain}\u00d7 the copy's pixels`], ["File", now.path], ...now.versions.map((each) => ["Version", each]),
    ["Taken", now.taken], ["Camera", now.camera], ["Posted", one.posted_at], one.post ? ["Post", one.post] : ["Photo ID", one.photo_id],
  ].filter(([, value]) => value);
  $("facts").firstElementChild.replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  for (const [name, address] of [[one.post ? "Instagram" : "Flickr", one.page_url], ["Flickr", now.photo]]) {
    if (address && address !== "#") $("facts").firstElementChild.append(element("dt", {}, name), element("dd", {}, link(address, address, "")));
  }
}
function strip(one) {
  $("strip").replaceChildren(...one.choices.map((each, place) => {
    const rejected = one.refused.includes(place);
    return element("button", {
      type: "button", "aria-current": String(place === choice), title: each.path,
      "aria-label": `${place + 1}: ${each.name}${rejected ? ", rejected" : ""}`,
      class: [rejected && "refused", one.chosen === place && "chosen"].filter(Boolean).join(" "), onclick: () => choose(place),
    }, picture(`whole/${at}/${place}`), outline(at, place, "0 0 1000 1000", "none"), element("span", { class: "number" }, String(place + 1)));
  }));
}

// Moving about.

function show(which) {
  view = which;
  $("pair").hidden = which !== "pair";
  $("strip").hidden = $("actions").hidden = which !== "pair";
  $("grid").hidden = which !== "grid";
  $("end").hidden = which !== "end";
  document.body.dataset.view = which;
}
function go(number) {
  at = Math.max(0, Math.min(questions.length - 1, number));
  const one = questions[at];
  choice = one.chosen ?? offered(one)[0] ?? 0;
  whole = one.choices[choice].whole;
  show("pair");
  draw();
}
function choose(place) {
  if (place >= questions[at].choices.length) return;
  const focused = $("strip").contains(document.activeElement);
  choice = place;
  whole = questions[at].choices[place].whole;
  draw();
  if (focused) $("strip").children[place].focus();
}
function step(by) {
  const numbers = steps();
  go(numbers[Math.max(0, Math.min(numbers.length - 1, numbers.indexOf(at) + by))]);
}
function following(count) {
  const numbers = steps();
  const place = numbers.indexOf(at);
  return [...numbers.slice(place + 1), ...numbers.slice(0, place)].filter((number) => !questions[number].done).slice(0, count);
}
function toggleGrid() {
  if (view === "grid") { const first = questions.findIndex((one) => !one.done); go(questions[at].done && first >= 0 ? first : at); return; }
  zoom.leave();
  show("grid");
  $("title").textContent = "All matches";
  $("reason").textContent = "";
  grid.draw();
  heading();
}
function advance(answered) {
  const [next] = following(1);
  if (next !== undefined) go(next); else finish(answered);
}

// Answers.

function sign(text, undo = false) {
  clearTimeout(sign.timer);
  $("sign").replaceChildren(text, ...(undo ? [element("span", { class: "hint" }, " ", element("kbd", {}, "u"), " undoes it")] : []));
  // Above the candidates and the buttons, which stay in sight for whoever answers by mouse.
  $("sign").style.bottom = view === "pair" ? `${innerHeight - $("strip").getBoundingClientRect().top + 8}px` : "";
  $("sign").classList.add("shown");
  sign.timer = setTimeout(() => $("sign").classList.remove("shown"), SIGN_MS);
}
// What the page shows until the program has confirmed it.
function predict(one, kind, place) {
  if (kind === "this" || kind === "posted") Object.assign(one, { done: true, posted: kind === "posted", chosen: place, chosen_name: one.choices[place].name, refused: one.refused.filter((each) => each !== place) });
  else {
    const refused = kind === "none" ? one.choices.map((_, each) => each) : [...new Set([...one.refused, place])].sort();
    const gone = one.chosen === null || refused.includes(one.chosen);
    const name = gone ? null : one.chosen_name;
    Object.assign(one, { refused, chosen: gone ? null : one.chosen, chosen_name: name, done: name !== null || refused.length === one.choices.length });
  }
}
function enqueue(kind, items, record) {
  const told = items.map(({ number, place }) => {
    const one = questions[number];
    const item = { photo_id: one.photo_id, stamp: one.stamp, revision: one.revision,
      candidate: ["this", "posted", "never"].includes(kind) ? one.choices[place].key : null };
    one.failed = "";
    return item;
  });
  for (const { number, place } of items) {
    const one = questions[number];
    if (kind === "undo") Object.assign(one, record.before?.get(number) ?? { done: false, chosen: null, chosen_name: null, posted: false, refused: [] });
    else predict(one, kind, place);
    one.revision = told.find((item) => item.photo_id === one.photo_id).revision + 1;
  }
  queue.add({ kind, items: told, record });
}
function answerAll(kind, items) {
  const record = { numbers: items.map((item) => item.number), before: new Map(items.map(({ number }) => [number, state(questions[number])])) };
  history.push(record);
  enqueue(kind, items, record);
}
function answer(kind) {
  const one = questions[at];
  const name = one.choices[choice].name;
  answerAll(kind, [{ number: at, place: choice }]);
  const others = offered(one).length;
  sign(kind === "this" ? `\u2713 ${name} accepted.` : kind === "posted" ? `\u2713 ${name} accepted, to be sent as posted.` : kind === "none" ? "\u2715 None of these." : `\u2715 ${name} rejected${others ? `, ${counted(others, "candidate")} left` : ""}.`, true);
  if (one.done) advance(true); else go(at);
}
function answerGroup(kind, items) {
  answerAll(kind, items);
  sign(kind === "this" ? `\u2713 ${items.length} accepted.` : `\u2715 ${items.length} answered: none of these.`, true);
  if (!open()) { finish(); return; }
  grid.refresh();
  heading();
  $("grid").querySelector(".select-all")?.focus();
}
function undo() {
  let record = history.pop();
  if (!record && view === "pair" && (questions[at].done || questions[at].refused.length)) record = { numbers: [at] };
  if (!record) { sign("Nothing to undo."); return; }
  enqueue("undo", record.numbers.map((number) => ({ number })), record);
  sign(record.numbers.length === 1 ? "Answer undone." : `${record.numbers.length} answers undone.`);
  if (view === "grid") { grid.refresh(); heading(); } else go(record.numbers[0]);
}
function confirmGroup({ kind, items, reason }, yes) {
  const count = items.length, posts = items.every(({ number }) => questions[number].post);
  const lowest = items.map(({ number, place }) => questions[number].choices[place]).reduce((a, b) => (b.score < a.score ? b : a));
  $("confirm-title").textContent = kind === "this" ? `Accept ${count === 1 ? "this match" : `these ${count}`}?` : `Answer "none of these" for ${count}?`;
  const same = `Same reason: ${/[.?!]$/.test(reason) ? reason : `${reason}.`}`;
  $("confirm-words").textContent = kind === "this"
    ? `${same} Lowest match score ${lowest.score.toFixed(2)}, ${lowest.likely}. ${posts ? `The next new uploads ${counted(count, "photo")}.` : `The next sync replaces ${counted(count, "copy", "copies")}.`}`
    : `${same} ${posts ? counted(count, "post is", "posts are") + " not uploaded" : counted(count, "copy stays", "copies stay") + " unchanged"}.`;
  $("confirm-list").replaceChildren(...items.map(({ number, place }) => element("li", {},
    `${questions[number].title || questions[number].photo_id}`, kind === "this" ? ` \u2190 ${questions[number].choices[place].name}` : "")));
  $("confirm-yes").textContent = kind === "this" ? `Accept ${count}` : `None of these ${count}`;
  $("confirm-yes").onclick = (event) => { if (event.detail < 2) { $("confirm").close(); yes(); } };
  $("confirm").showModal();
}
$("confirm-no").addEventListener("click", () => $("confirm").close());

// The end.

function applying() {
  const posts = questions.filter((one) => one.post).length;
  return !posts ? "sync" : posts === questions.length ? "new" : "sync and new";
}
function ended(title, next, list = []) {
  show("end");
  $("title").textContent = "Review";
  $("reason").textContent = "";
  $("narrowed").hidden = true;
  $("end-words").textContent = title;
  $("end-next").textContent = next;
  $("end-list").hidden = !list.length;
  $("end-list").replaceChildren(...list.map((text) => element("li", {}, text)));
}
function finish(answered = false) {
  zoom.leave();
  const again = view === "end";
  if (open()) {
    grid.clear();
    go(questions.findIndex((one) => !one.done));
    sign(`${answered ? `${$("sign").firstChild.textContent} ` : ""}All in this filter are answered; these are left.`, answered);
    return;
  }
  ended(questions.length === 1 ? "1 match reviewed." : `All ${questions.length.toLocaleString("en")} matches reviewed.`,
    queue.size() ? `Saving ${counted(queue.size(), "answer")}.` : `Answers saved. Run ${applying()} to apply them.`);
  heading();
  $("count").textContent = `${questions.length} answered`;
  if (!again) $("end-words").focus();
}
function lost(entries = []) {
  const numbers = [...new Set(entries.flatMap((entry) => entry.items.map((item) => numberOf.get(item.photo_id))))];
  ended("The review has ended.", numbers.length
    ? `${counted(numbers.length, "answer was", "answers were")} not saved. Run review again to answer:`
    : "Answers up to here are saved. Run review to continue.",
    numbers.map((number) => questions[number].title || questions[number].photo_id));
  $("count").textContent = $("saving").textContent = "";
  $("end-buttons").hidden = $("notice").hidden = true;
  view = "lost";
}
function goodbye() {
  leaving = queue.size() > 0;  // then when the last answer was confirmed
  if (leaving) return;
  ask("goodbye", {}).catch(() => {}).finally(() => {
    $("end-buttons").hidden = true;
    $("end-next").textContent = `You can close this page. Run ${applying()} to apply the answers.`;
    view = "lost";
  });
}

// Zoom and blink.

const zoom = makeZoom({ left: panes[0], right: panes[1], ask, changed() {
  $("zoom").setAttribute("aria-pressed", String(zoom?.on ?? false));
  document.body.classList.toggle("zoomed", zoom?.on ?? false);
  if (!questions.length || view !== "pair" || !zoom) return;
  tags();
  drawCaption(questions[at], questions[at].choices[choice]);
} });
function toggleZoom() {
  if (zoom.on) {
    zoom.leave();
    if (wasWhole) { whole = true; drawRight(); tags(); }
    return;
  }
  wasWhole = whole;
  if (whole) { whole = false; drawRight(); }
  zoom.enter(at, choice);
}
function toggleWhole() {
  if (zoom.on) zoom.leave();
  whole = !whole;
  drawRight();
  tags();
}
let grip = null;
for (const pane of panes) {
  pane.addEventListener("pointerdown", (event) => {
    if (zoom.on && event.pointerType !== "mouse") grip = [event.clientX, event.clientY];
    else blink(true);
  });
  pane.addEventListener("pointermove", (event) => {
    if (!zoom.on) return;
    const box = pane.getBoundingClientRect();
    if (grip) {
      zoom.move((grip[0] - event.clientX) / box.width, (grip[1] - event.clientY) / box.height);
      grip = [event.clientX, event.clientY];
    } else if (event.pointerType === "mouse") zoom.at((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
}
function blink(on) {
  document.body.classList.toggle("blink", on);
  if (questions.length && view === "pair") { tags(); if (zoom.on) zoom.draw(); }
}
for (const end of ["pointerup", "pointercancel", "blur"]) window.addEventListener(end, () => { grip = null; blink(false); });
window.addEventListener("resize", () => { if (zoom.on) zoom.draw(); });

// Keys.

const grid = makeGrid({ root: $("grid"), questions: () => questions, open: go, answer: answerGroup, confirm: confirmGroup, changed: () => heading() });
const MOVES = { ArrowLeft: [-0.25, 0], ArrowRight: [0.25, 0], ArrowUp: [0, -0.25], ArrowDown: [0, 0.25] };
const PAIR_KEYS = {
  y: () => answer("this"), p: () => { if (questions[at].post) sign("A post is uploaded as its original."); else asPosted(); }, n: () => answer("none"), x: () => answer("never"), z: toggleZoom, w: toggleWhole,
  i: () => { facts = !facts; drawFacts(questions[at], questions[at].choices[choice]); }, " ": () => blink(true),
  f: () => ($("original-words").querySelector("a") ?? $("title").querySelector("a"))?.click(), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
  Escape: () => { if (zoom.on) toggleZoom(); else hidePosted(); },
};
function press(key) {
  if (key === "?") { $("keys").showModal(); return true; }
  if (view === "lost" || !questions.length) return false;
  if (key === "u") { undo(); return true; }
  if (key === "b" && failures().length) { go(failures()[0]); return true; }
  if (view === "end") { if (key === "Enter") goodbye(); return true; }
  if (key === "g" || (view === "grid" && key === "Escape")) { toggleGrid(); return true; }
  if (key === "/") { if (view !== "grid") toggleGrid(); grid.search(); return true; }
  if (view !== "pair") return false;
  if (zoom.on && MOVES[key]) { zoom.move(...MOVES[key]); return true; }
  if (/^[1-5]$/.test(key)) { choose(Number(key) - 1); return true; }
  if (!Object.hasOwn(PAIR_KEYS, key)) return false;
  PAIR_KEYS[key]();
  return true;
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.repeat && !MOVES[event.key])) return;
  if (document.querySelector("dialog[open]")) {
    if (event.key === "?" && $("keys").open) { event.preventDefault(); $("keys").close(); }
    return;
  }
  const on = event.target;
  if (on.matches?.("input[type=search], select")) {
    if (event.key === "Escape") on.blur();
    return;
  }
  if (on.matches?.("input") && event.key === " ") return;
  if (on.matches?.("[data-hold]") && [" ", "Enter"].includes(event.key)) { event.preventDefault(); blink(true); return; }
  const onControl = on.matches?.("button, a");
  if (onControl && (event.key === "Enter" || (event.key === " " && on.matches("button")))) return;
  if (press(event.key)) event.preventDefault();
});
document.addEventListener("keyup", (event) => { if ([" ", "Enter"].includes(event.key)) blink(false); });
for (const button of document.querySelectorAll("[data-key]")) {
  if ("hold" in button.dataset) button.addEventListener("pointerdown", () => blink(true));
  // The second click of a double click was meant for the pair before.
  else button.addEventListener("click", (event) => { if (event.detail < 2) press(button.dataset.key); if (event.detail) button.blur(); });
}
$("show-all").addEventListener("click", () => { grid.clear(); go(at); });
window.addEventListener("beforeunload", (event) => { if (queue.size()) event.preventDefault(); });
// A page that is left hands over what it did not send yet.
window.addEventListener("pagehide", () => {
  const rest = queue.rest();
  if (rest.length) navigator.sendBeacon("rest", new Blob([JSON.stringify(rest)], { type: "application/json" }));
});
window.addEventListener("pagehide", () => { if (questions.length && !open() && !queue.size()) navigator.sendBeacon("goodbye"); });

ask("questions").then((told) => {
  questions = told.questions;
  questions.forEach((one, number) => { numberOf.set(one.photo_id, number); one.confirmed = state(one); one.failed = ""; });
  history = told.history.map((numbers) => ({ numbers }));
  $("keys-posts").hidden = !questions.some((one) => one.post);
  const first = questions.findIndex((one) => !one.done);
  if (first < 0) { if (questions.length) finish(); } else go(first);
}).catch(() => lost());
