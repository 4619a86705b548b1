// Before the first paint, so that a chosen theme does not flash in the other's colours.
(() => {
  const chosen = localStorage.getItem("fairlead-theme");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
