// Runs before the first paint, so that a chosen theme never flashes. Kept tiny for that reason.
// Who is signed in has chosen on the server, for every machine; others choose for this browser.
(() => {
  const themes = ["auto", "light", "dark"];
  const root = document.documentElement;
  const remembered = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const remember = (theme) => {
    try { localStorage.setItem("theme", theme); } catch { /* private mode: for this page only */ }
  };
  const known = (theme) => (themes.includes(theme) ? theme : "auto");
  let theme = known(root.dataset.themeChosen || remembered());
  const apply = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  apply();
  // The page to sign in on looks like the pages behind it.
  if (root.dataset.themeChosen) remember(theme);

  const save = async (url) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const answer = await fetch(url, {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token ? decodeURIComponent(token[1]) : "" },
      body: JSON.stringify({ theme }),
      credentials: "same-origin",
      keepalive: true,
    });
    if (!answer.ok) throw new Error(answer.status);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-switch");
    if (!button) return;
    const label = button.textContent;
    const { url, notSaved } = button.dataset;
    const show = (note = "") => { button.textContent = `${label}: ${button.dataset[theme]}${note}`; };
    let saving = Promise.resolve();
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      apply();
      show();
      remember(theme);
      // One after the other, so that the last click is what is kept.
      if (url) saving = saving.then(() => save(url)).catch(() => show(` (${notSaved})`));
    });
  });
})();
