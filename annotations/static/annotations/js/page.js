// What every page does: its menu closes as menus do, and a form that was refused begins at what is wrong.
(() => {
  const menu = document.querySelector("details.menu");
  if (menu) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      // The article's page has a meaning of its own for this key.
      event.preventDefault();
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  }
  // Where nothing names the field, the message itself is gone to.
  const wrong = document.querySelector("main [aria-invalid=true]") || document.querySelector("main div.error[role=alert]");
  if (wrong) {
    wrong.closest("details")?.setAttribute("open", "");
    if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
    wrong.focus();
  }
})();
