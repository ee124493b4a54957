// Players and scores move together, the theme can be switched, and what paper needs is unfolded.
// Without this the page can be read all the same.
"use strict";

const STEP = 0.04;
const LEAP = 1;

/** Let a clip and what is drawn of it follow each other. */
function join(scene, score) {
  const video = scene.querySelector("video");
  if (video === null) return;
  const rows = [...score.querySelectorAll(".lanes")].map((lanes) => ({
    lanes,
    cursor: lanes.querySelector(".cursor"),
    start: Number(lanes.dataset.start),
    length: Number(lanes.dataset.length),
  }));
  const held = Number(score.dataset.held);
  const slider = score.querySelector(".rows");

  function show() {
    const now = video.currentTime;
    for (const { cursor, start, length } of rows) {
      const part = (now - start) / length;
      cursor.hidden = part < 0 || part >= 1;
      cursor.style.setProperty("--part", part);
    }
    slider.setAttribute("aria-valuenow", now.toFixed(2));
    slider.setAttribute("aria-valuetext", `${now.toFixed(2)} seconds`);
  }

  function follow() {
    show();
    if (!video.paused && !video.ended) requestAnimationFrame(follow);
  }

  function seek(time) {
    video.currentTime = Math.min(Math.max(time, 0), held);
  }

  for (const { lanes, start, length } of rows) {
    lanes.addEventListener("click", (event) => {
      const place = lanes.querySelector(".chart").getBoundingClientRect();
      if (event.clientX < place.left) return;
      seek(start + (length * (event.clientX - place.left)) / place.width);
    });
  }
  for (const place of scene.querySelectorAll("[data-seek]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "seek";
    button.textContent = place.textContent;
    button.addEventListener("click", () => seek(Number(place.dataset.seek)));
    place.replaceChildren(button);
  }
  slider.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -STEP, ArrowRight: STEP, PageUp: -LEAP, PageDown: LEAP };
    if (event.key in steps) seek(video.currentTime + steps[event.key]);
    else if (event.key === "Home") seek(0);
    else if (event.key === "End") seek(held);
    else if (event.key === " ") video.paused ? video.play() : video.pause();
    else return;
    event.preventDefault();
  });
  slider.tabIndex = 0;
  slider.setAttribute("role", "slider");
  slider.setAttribute("aria-label", `Moment of ${video.getAttribute("aria-label")}`);
  slider.setAttribute("aria-valuemin", "0");
  slider.setAttribute("aria-valuemax", held.toFixed(2));
  score.classList.add("live");
  for (const kind of ["seeking", "seeked", "timeupdate", "loadedmetadata"]) video.addEventListener(kind, show);
  video.addEventListener("play", follow);
  video.addEventListener("error", () => unpack(video), { once: true });
  show();
}

/** Some browsers play no video out of an address that holds it: it becomes a file in memory. */
function unpack(video) {
  const [head, content] = (video.getAttribute("src") ?? "").split(",");
  if (!head.startsWith("data:")) return;
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
}

/** The system's theme, or one that is chosen; the choice is kept where the browser lets it be. */
function theme(button) {
  const names = ["auto", "light", "dark"];
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("visavis-theme") ?? chosen;
  } catch {}

  function show() {
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    button.textContent = `Theme: ${chosen}`;
  }

  button.addEventListener("click", () => {
    chosen = names[(names.indexOf(chosen) + 1) % names.length];
    try {
      localStorage.setItem("visavis-theme", chosen);
    } catch {}
    show();
  });
  button.hidden = false;
  show();
}

let folded = [];

addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details.unfolds:not([open])")];
  for (const one of folded) one.open = true;
});

addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});

theme(document.querySelector(".theme"));
for (const scene of document.querySelectorAll(".scene")) {
  const score = scene.querySelector(".score");
  if (score !== null) join(scene, score);
}
