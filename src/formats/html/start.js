// What the address asks for is shown, and keys do what links do.

let opened;
let scrolled = 0;

function show() {
  const text = location.hash;
  if (!isState(text)) return;
  const state = readAddress(text);
  const role = state.role ? byName.get(state.role) : undefined;
  const cause = state.cause ? byCause.get(state.cause) : undefined;
  const isOpen = role !== undefined || cause !== undefined;
  const before = opened;
  if (before === undefined) scrolled = window.scrollY;
  if (address(known(state)) !== address(list.state) || !list.made) showList(state);
  byId("list").hidden = isOpen;
  byId("opened").hidden = !isOpen;
  document.body.classList.toggle("open", isOpen);
  const both = `${LEFT} and ${RIGHT} – iamctl`;
  document.title = role === undefined ? both : `${index.roles[role].n} – ${both}`;
  opened = undefined;
  if (isOpen) {
    if (role !== undefined) showRole(role, cause);
    else showCause(cause);
    // What to have in focus when the list is back.
    opened = (list.state.view === "roles") === (role !== undefined && cause === undefined) ? (cause === undefined ? role : cause) : -1;
    window.scrollTo(0, 0);
    byId("opened").querySelector("h2").focus({ preventScroll: true });
    return;
  }
  if (state.role) list.status.textContent = `There is no role ${state.role} in this report.`;
  else if (state.cause) list.status.textContent = `There is no cause ${state.cause} in this page.`;
  if (before !== undefined) focusRow(before, scrolled);
  else if (text.includes("=")) byId("list").scrollIntoView();
}

// Back in the list, where it was left.
function focusRow(place, top) {
  const at = list.places.indexOf(place);
  while (at >= list.made && list.made < list.places.length) makeMore();
  if (top !== undefined) window.scrollTo(0, top);
  const item = at < 0 ? undefined : list.rows.children[at];
  if (item) item.firstChild.focus({ preventScroll: top !== undefined });
}

function move(by) {
  if (opened !== undefined) {
    const link = byId("opened").querySelector(by < 0 ? "a[rel=prev]" : "a[rel=next]");
    if (link) location.replace(link.hash);
    return;
  }
  const current = document.activeElement ? document.activeElement.closest("li[data-place]") : null;
  const at = current ? [...list.rows.children].indexOf(current) + by : 0;
  if (at < 0) list.controls.q.focus();
  else if (at < list.places.length) focusRow(list.places[at]);
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target.closest && event.target.closest("input, select, textarea");
  if (event.key === "Escape") {
    if (opened !== undefined) location.hash = byId("opened").querySelector("a.back").hash;
    else if (inField) event.target.blur();
    return;
  }
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const inSearch = event.target === list.controls.q;
  if (inField && !(inSearch && event.key === "ArrowDown")) return;
  if (event.key === "/") {
    if (opened !== undefined) location.hash = address(list.state);
    setTimeout(() => { list.controls.q.focus(); list.controls.q.select(); }, 0);
  } else if (event.key === "j" || event.key === "k") {
    move(event.key === "j" ? 1 : -1);
  } else if (arrow && opened === undefined && (inSearch || event.target.closest(".rows"))) {
    move(arrow);
  } else {
    return;
  }
  event.preventDefault();
}

try {
  buildList();
  document.documentElement.classList.add("js");
  if ("scrollRestoration" in history) history.scrollRestoration = "manual";
  show();
  window.addEventListener("hashchange", show);
  document.addEventListener("keydown", key);
  // Paper has no buttons.
  window.addEventListener("beforeprint", () => {
    byId("opened").querySelectorAll("button.more").forEach((button) => button.click());
    byId("opened").querySelectorAll("details").forEach((details) => { details.open = true; });
  });
  // How long after the navigation the page could be used, as the page itself sees it.
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
} catch (error) {
  // The report in words is still there.
  document.documentElement.classList.remove("js");
  document.documentElement.classList.add("failed");
  throw error;
}
