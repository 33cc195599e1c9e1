"use strict";
// Light, dark, or as the system says: kept where the button in the header keeps it.
{
  const choice = document.getElementById("theme");
  const show = () => { choice.querySelector(`[value=${localStorage.getItem("theme") ?? "auto"}]`).checked = true; };
  choice.hidden = false;
  choice.addEventListener("change", (event) => {
    localStorage.setItem("theme", event.target.value);
    document.documentElement.dataset.theme = event.target.value;
  });
  document.querySelector(".theme-toggle").addEventListener("click", () => setTimeout(show));
  show();
}
