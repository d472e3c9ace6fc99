// Runs before the page is painted, so that it never flashes in the other theme, and shows the search field of the start
// page at once.
(() => {
  let wanted = null;
  try { wanted = localStorage.getItem("theme"); } catch { /* storage may be switched off */ }
  const dark = wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const root = new URL("../../../", document.currentScript.src).pathname;
  document.documentElement.classList.toggle("at-start", location.pathname === root && !location.search);
})();
