// All questions at a glance, in groups that need review for the same reason. A group is answered as one: only what is
// listed, what was on the screen with both its pictures, and what offers one candidate can be accepted together.
const PAGE = 24;

export function element(kind, attributes = {}, ...children) {
  const one = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
    else if (name === "class") one.className = value;
    else if (typeof value === "boolean") one[name] = value;
    else one.setAttribute(name, value);
  }
  one.append(...children.filter((child) => child !== null && child !== undefined));
  return one;
}
export const counted = (count, noun, many = `${noun}s`) => `${count.toLocaleString("en")} ${count === 1 ? noun : many}`;
export const offered = (one) => one.choices.map((_, place) => place).filter((place) => !one.refused.includes(place));

export function makeGrid({ root, questions, open, answer, confirm, changed }) {
  const filter = { text: "", group: "", score: "", show: "open" };
  const limits = new Map();
  const chosen = new Set();
  const seen = new Set();
  const tiles = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const images = [...entry.target.querySelectorAll("img")];
      const number = Number(entry.target.dataset.number);
      if (entry.isIntersecting && images.every((image) => image.complete && image.naturalWidth)) seen.add(number);
    }
  }, { threshold: 0.5 });
  let sections = null;

  const text = (one) => [one.title, one.reason, one.photo_id, ...one.choices.map((each) => each.path)].join(" ").toLowerCase();
  const best = (one) => Math.max(...one.choices.map((each) => each.score));
  const scores = { "": () => true, high: (score) => score >= 0.9, middle: (score) => score >= 0.5, low: (score) => score < 0.5 };
  function fits(one) {
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    return (!filter.group || one.group === filter.group) && scores[filter.score](best(one)) &&
      (!words.length || words.every((word) => text(one).includes(word)));
  }
  const shows = { open: (one) => !one.done, done: (one) => one.done, all: () => true };
  const narrowed = () => Boolean(filter.text.trim() || filter.group || filter.score);
  const listed = () => questions().map((_, number) => number).filter((number) => fits(questions()[number]));

  function control(kind, label, name, options) {
    const node = kind === "select"
      ? element("select", { "aria-label": label }, ...options.map(([value, words]) => element("option", { value }, words)))
      : element("input", { type: "search", "aria-label": label, placeholder: label });
    node.value = filter[name];
    node.addEventListener("input", () => { filter[name] = node.value; limits.clear(); chosen.clear(); drawSections(); changed(); });
    return node;
  }
  function build() {
    const groups = [...new Set(questions().map((one) => one.group))];
    sections = element("div", { class: "sections" });
    root.replaceChildren(
      element("div", { class: "filters", role: "search" },
        control("input", "Search title, file, reason", "text"),
        control("select", "Which ones", "show", [["open", "To review"], ["done", "Answered"], ["all", "All"]]),
        control("select", "Match score", "score", [["", "Any match score"], ["high", "Match score 0.9 or more"], ["middle", "Match score 0.5 or more"], ["low", "Match score below 0.5"]]),
        control("select", "Reason", "group", [["", "Any reason"], ...groups.map((group) => [group, group])])),
      sections);
  }

  function tile(number) {
    const one = questions()[number];
    const left = offered(one);
    const place = one.chosen ?? left[0] ?? 0;
    const choice = one.choices[place];
    const box = element("input", { type: "checkbox", "aria-label": `Select ${one.title || one.photo_id}, ${choice.name}` });
    box.checked = chosen.has(number);
    box.addEventListener("change", () => { if (box.checked) chosen.add(number); else chosen.delete(number); drawButtons(one.group); });
    const image = (source, alt) => element("img", { src: source, alt, loading: "lazy", draggable: "false",
      onload: () => { watcher.unobserve(node); watcher.observe(node); },
      onerror: () => { node.classList.add("lost"); box.disabled = true; chosen.delete(number); drawButtons(one.group); } });
    const state = one.done ? (one.chosen_name ? "accepted" : "none of these") : left.length > 1 ? counted(left.length, "candidate") : "";
    const node = element("li", { class: one.done ? "tile done" : "tile", "data-number": number });
    node.append(
      element("label", {}, box, element("span", { class: "two" },
        image(`grid-copy/${number}`, "Copy"), image(`${choice.whole ? "grid-whole" : "grid-cut"}/${number}/${place}`, choice.whole ? "Whole file" : "Original"))),
      element("button", { type: "button", class: "link", onclick: () => open(number) }, one.title || "(no title)"),
      element("span", { class: "soft" }, `${choice.name}, match score ${choice.score.toFixed(2)}, ${choice.likely}`),
      ...(state ? [element("span", { class: "state" }, state)] : []));
    watcher.observe(node);
    return node;
  }

  function selected(group) {
    return [...(tiles.get(group) ?? [])].filter((number) => chosen.has(number));
  }
  // One candidate each, and no doubt about the file itself; what needs a closer look is not swept along.
  const alone = (number) => {
    const one = questions()[number], left = offered(one);
    return !one.done && left.length === 1 && !one.choices[left[0]].whole && !one.choices[left[0]].photo;
  };
  function selectAll(group) {
    const here = tiles.get(group).filter((number) => !questions()[number].done && !tileOf(number).classList.contains("lost"));
    const lone = here.filter(alone);
    const wanted = lone.length ? lone : here;
    const all = wanted.every((number) => chosen.has(number));
    for (const number of here) chosen.delete(number);
    if (!all) for (const number of wanted) chosen.add(number);
    for (const number of here) tileOf(number).querySelector("input").checked = chosen.has(number);
    drawButtons(group);
  }
  const tileOf = (number) => root.querySelector(`[data-number="${number}"]`);
  const sectionOf = (group) => [...sections.children].find((node) => node.dataset.group === group);

  function drawButtons(group) {
    const section = sectionOf(group);
    if (!section) return;
    const numbers = selected(group);
    const accept = section.querySelector(".accept"), none = section.querySelector(".none-of"), note = section.querySelector(".note");
    const several = numbers.filter((number) => !alone(number)).length;
    accept.disabled = !numbers.length || several > 0;
    none.disabled = !numbers.length;
    accept.textContent = numbers.length ? `Accept these ${numbers.length}` : "Accept";
    none.textContent = numbers.length ? `None of these ${numbers.length}` : "None of these";
    const lowest = Math.min(...numbers.map((number) => best(questions()[number])));
    const rest = tiles.get(group).filter((number) => !questions()[number].done && !chosen.has(number) && !alone(number)).length;
    const these = several === numbers.length ? (several === 1 ? "This one needs" : `These ${several} need`)
      : several === 1 ? "1 of them needs" : `${several} of them need`;
    note.textContent = !numbers.length ? "" : several
      ? `${these} a closer look: review ${several === 1 ? "it" : "them"} one at a time`
      : `${numbers.length} selected, lowest match score ${lowest.toFixed(2)}${rest ? `; ${rest} left out, which ${rest === 1 ? "needs" : "need"} a closer look` : ""}`;
  }

  function bulk(group, kind) {
    const numbers = selected(group);
    const unseen = numbers.filter((number) => !seen.has(number));
    if (unseen.length) {
      const note = sectionOf(group).querySelector(".note");
      note.textContent = `${counted(unseen.length, "selected pair was", "selected pairs were")} not on the screen yet: look through them first`;
      tileOf(unseen[0]).scrollIntoView({ block: "center" });
      return;
    }
    const items = numbers.map((number) => ({ number, place: offered(questions()[number])[0] }));
    confirm({ kind, items, reason: group }, () => {
      for (const number of numbers) chosen.delete(number);
      answer(kind, items);
    });
  }

  function section(group, numbers) {
    const limit = limits.get(group) ?? PAGE;
    const here = numbers.slice(0, limit);
    tiles.set(group, here);
    return element("section", { "data-group": group, "aria-label": group },
      element("div", { class: "group" },
        element("h2", {}, group, " ", element("span", { class: "soft" }, numbers.length.toLocaleString("en"))),
        element("div", { class: "buttons" },
          element("button", { type: "button", class: "select-all", onclick: () => selectAll(group) }, "Select all shown"),
          element("button", { type: "button", class: "accept", onclick: () => bulk(group, "this") }, "Accept"),
          element("button", { type: "button", class: "none-of", onclick: () => bulk(group, "none") }, "None of these"),
          element("button", { type: "button", class: "one-by-one", onclick: () => { oneByOne(group); } }, "One at a time"),
          element("span", { class: "note soft", role: "status" }))),
      element("ul", { class: "cards" }, ...here.map(tile)),
      numbers.length > limit ? element("button", { type: "button", class: "more", onclick: () => { limits.set(group, limit + PAGE); drawSections(); } },
        `Show ${Math.min(PAGE, numbers.length - limit)} more`) : null);
  }
  function oneByOne(group) {
    filter.group = group;
    open(tiles.get(group)[0]);
    changed();
  }
  function drawSections() {
    watcher.disconnect();
    tiles.clear();
    const groups = new Map();
    for (const number of listed()) {
      const one = questions()[number];
      if (!shows[filter.show](one)) continue;
      if (!groups.has(one.group)) groups.set(one.group, []);
      groups.get(one.group).push(number);
    }
    const ordered = [...groups].sort((a, b) => b[1].length - a[1].length);
    sections.replaceChildren(...ordered.map(([group, numbers]) => section(group, numbers)),
      ...(ordered.length ? [] : [element("p", { class: "nothing" }, filter.show === "open" && !narrowed() ? "Nothing to review." : "Nothing matches these filters.")]));
    for (const [group] of ordered) drawButtons(group);
  }

  return {
    draw() { build(); drawSections(); },
    refresh() { if (sections) drawSections(); },
    clear() { Object.assign(filter, { text: "", group: "", score: "" }); },
    search() { root.querySelector("input[type=search]")?.focus(); },
    listed, narrowed,
    words: () => [filter.group, filter.text.trim() && `"${filter.text.trim()}"`,
      { high: "match score 0.9 or more", middle: "match score 0.5 or more", low: "match score below 0.5" }[filter.score]].filter(Boolean).join(", "),
  };
}
