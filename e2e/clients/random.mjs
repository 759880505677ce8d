// mulberry32: numbers in [0, 1) that a seed repeats.
export function randomFrom(state) {
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick(items, random) {
  return items[Math.floor(random() * items.length)];
}

// A new array in another order.
export function shuffled(items, random) {
  const rest = [...items];
  for (let i = rest.length - 1; i > 0; --i) {
    const j = Math.floor(random() * (i + 1));
    [rest[i], rest[j]] = [rest[j], rest[i]];
  }
  return rest;
}
