// One box that ticks all articles of the list.

const all = document.getElementById("tick-all");
if (all) {
  const boxes = [...document.querySelectorAll("#ticked input[name=article]")];
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const ticked = boxes.filter((other) => other.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    });
  }
}
