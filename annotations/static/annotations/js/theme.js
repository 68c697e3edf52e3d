// Runs before the first paint, so that a chosen theme never flashes. Kept tiny for that reason.
(() => {
  const themes = ["auto", "light", "dark"];
  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-switch");
    if (!button) return;
    const label = button.textContent;
    const show = () => { button.textContent = `${label}: ${stored() || "auto"}`; };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(stored() || "auto") + 1) % themes.length];
      try { localStorage.setItem("theme", next); } catch { /* private mode: for this page only */ }
      apply(next);
      show();
    });
  });
})();
