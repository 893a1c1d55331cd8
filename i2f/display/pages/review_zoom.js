// 100 %: one pixel of the screen is one pixel of the original, and the copy lies beside it at the same spot. Tiles are
// asked for as they come into view; until one is there, what is known from the thumbnail stands in its place.
export function makeZoom({ left, right, ask, changed }) {
  const panes = [left, right];
  let on = false;
  let key = "";
  let frame = null;
  let failed = false;
  let tile = 512;
  let spot = [0.5, 0.5];

  const ratio = () => window.devicePixelRatio || 1;
  function size(pane) {
    if (frame) return [frame[0] / ratio(), frame[1] / ratio()];
    // Until the size is known: three times as large as fitted.
    const image = pane.querySelector("img");
    const wide = image?.naturalWidth || 1, high = image?.naturalHeight || 1;
    const fit = 3 * Math.min(pane.clientWidth / wide, pane.clientHeight / high);
    return [wide * fit, high * fit];
  }
  function corner(pane, [width, height]) {
    return [[pane.clientWidth, width], [pane.clientHeight, height]].map(([room, whole], axis) =>
      (whole <= room ? (room - whole) / 2 : -(whole - room) * spot[axis]));
  }
  function lay(pane) {
    const sheet = pane.querySelector(".sheet");
    if (!sheet) return;
    if (!on) { sheet.removeAttribute("style"); sheet.querySelector(".tiles").replaceChildren(); return; }
    const [width, height] = size(pane);
    const [x, y] = corner(pane, [width, height]);
    Object.assign(sheet.style, { inset: "auto", left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    if (frame && !failed) fill(pane, sheet.querySelector(".tiles"), [x, y], [width, height]);
  }
  function fill(pane, holder, [x, y], [width, height]) {
    const step = tile / ratio();
    const from = (at) => Math.max(0, Math.floor(-at / step));
    const to = (at, room, whole) => Math.min(Math.ceil(whole / step), Math.ceil((room - at) / step)) - 1;
    const wanted = new Set();
    for (let column = from(x); column <= to(x, pane.clientWidth, width); column += 1) {
      for (let row = from(y); row <= to(y, pane.clientHeight, height); row += 1) wanted.add(`${column}/${row}`);
    }
    for (const image of [...holder.children]) if (!wanted.has(image.dataset.at)) image.remove(); else wanted.delete(image.dataset.at);
    for (const at of wanted) {
      const [column, row] = at.split("/").map(Number);
      const image = new Image();
      image.alt = "";
      image.draggable = false;
      image.dataset.at = at;
      Object.assign(image.style, {
        left: `${column * step}px`, top: `${row * step}px`,
        width: `${Math.min(tile, frame[0] - column * tile) / ratio()}px`,
        height: `${Math.min(tile, frame[1] - row * tile) / ratio()}px`,
      });
      const of = key;
      image.addEventListener("error", () => { image.remove(); if (of === key && !failed) { failed = true; changed(); } });
      image.src = `tile/${key}/${at}`;
      holder.append(image);
    }
  }
  function draw() { for (const pane of panes) lay(pane); }

  return {
    get on() { return on; },
    get failed() { return failed; },
    // How many times the copy is enlarged, once that is known.
    enlarged: (copyWidth) => (frame ? frame[0] / copyWidth : null),
    async enter(question, choice) {
      on = true;
      failed = false;
      frame = null;
      key = `${question}/${choice}`;
      const of = key;
      draw();
      changed();
      try {
        const told = await ask(`full/${key}`);
        if (of !== key || !on) return;
        frame = [told.width, told.height];
        tile = told.tile;
      } catch {
        if (of === key) failed = true;
      }
      draw();
      changed();
    },
    leave() { on = false; key = ""; frame = null; failed = false; spot = [0.5, 0.5]; draw(); changed(); },
    at(x, y) { spot = [x, y].map((value) => Math.min(1, Math.max(0, value))); draw(); },
    // By a fraction of what is visible.
    move(across, down) {
      const [width, height] = size(right);
      const part = (room, whole, by) => (whole > room ? (by * room) / (whole - room) : 0);
      this.at(spot[0] + part(right.clientWidth, width, across), spot[1] + part(right.clientHeight, height, down));
    },
    draw,
  };
}
