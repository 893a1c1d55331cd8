// Answers on their way to the program: sent one after the other, each confirmed before the next. The page goes on at
// once; an answer that is refused takes with it those that were given later to the same questions.
export function makeQueue({ send, confirmed, refused, lost, changed }) {
  const entries = [];
  let running = false;

  function touches(entry, photos) {
    return entry.items.some((item) => photos.has(item.photo_id));
  }
  function takeDependent(first) {
    const photos = new Set(first.items.map((item) => item.photo_id));
    const gone = [first];
    for (const entry of entries.splice(0)) {
      if (touches(entry, photos)) {
        for (const item of entry.items) photos.add(item.photo_id);
        gone.push(entry);
      } else entries.push(entry);
    }
    return gone;
  }
  async function pump() {
    if (running) return;
    running = true;
    while (entries.length) {
      let reply;
      try {
        reply = await send(entries[0]);
      } catch {
        running = false;
        lost(entries.splice(0));
        changed(0);
        return;
      }
      const entry = entries.shift();
      if (reply.ok) confirmed(entry, reply.progress);
      else refused(takeDependent(entry), reply);
      changed(entries.length);
    }
    running = false;
  }

  return {
    add(entry) { entries.push(entry); changed(entries.length); pump(); },
    size: () => entries.length,
    // What was not sent yet; the first is on its way.
    rest: () => entries.slice(1).map((entry) => ({ kind: entry.kind, answers: entry.items })),
    // Photos of which an answer is still under way.
    holds: (photo) => entries.some((entry) => entry.items.some((item) => item.photo_id === photo)),
  };
}
