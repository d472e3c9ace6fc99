// Runs before the page is painted, so that it never flashes in the other theme.
(() => {
  let wanted = null;
  try { wanted = localStorage.getItem("theme"); } catch { /* storage may be switched off */ }
  const dark = wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
