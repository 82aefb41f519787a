// What is shown is in the page's address, after the #, so that it can be sent and the back button works.
// The page says which KEYS it has, and at which PLACE it is without any.

function readAddress(text) {
  const state = Object.fromEntries(KEYS.map((key) => [key, ""]));
  for (const part of text.replace(/^#/, "").split("&")) {
    const [key, ...rest] = part.split("=");
    if (!KEYS.includes(key)) continue;
    try {
      state[key] = decodeURIComponent(rest.join("="));
    } catch {
      state[key] = rest.join("=");
    }
  }
  return state;
}

function address(state) {
  const parts = KEYS.filter((key) => state[key]).map((key) => `${key}=${encodeURIComponent(state[key])}`);
  return `#${parts.join("&") || PLACE}`;
}

// Says whether an address is ours; `#dictionary` is a place in the page.
const isState = (text) => text.includes("=") || text === "" || text === "#" || text === `#${PLACE}`;

function replaceAddress(state) {
  try {
    history.replaceState(null, "", address(state));
  } catch {
    // Some browsers refuse this for files; the list is right, only its address is not.
  }
}
