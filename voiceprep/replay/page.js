"use strict";
(() => {
  const said = document.getElementById("said");
  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
  const every = [...document.querySelectorAll("audio")];

  for (const answer of document.querySelectorAll(".answer")) {
    const audio = answer.querySelector("audio");
    const script = answer.querySelector(".words");
    if (!audio || !script) continue;
    const words = [...script.querySelectorAll(".w")];
    const starts = words.map((word) => Number(word.dataset.a));
    const wave = answer.querySelector(".wave svg");
    const head = answer.querySelector(".head");
    const seconds = Number(audio.dataset.seconds) || 1;
    let lit = -1;
    let chosen = 0;

    /* The last word that has begun at that second; -1 before the first. */
    const wordAt = (second) => {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= second + 0.005) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    };
    const show = () => {
      const now = audio.currentTime;
      const at = wordAt(now);
      if (at !== lit) {
        if (words[lit]) words[lit].classList.remove("lit");
        if (words[at]) words[at].classList.add("lit");
        lit = at;
      }
      const x = Math.min(1, now / seconds) * 1000;
      head.setAttribute("x1", x);
      head.setAttribute("x2", x);
    };
    const follow = () => {
      show();
      if (!audio.paused) requestAnimationFrame(follow);
    };
    const playFrom = (second) => {
      audio.currentTime = second;
      said.textContent = "Playing from " + clock(second);
      show();
      audio.play().catch(() => {});
    };
    const choose = (at) => {
      if (!words.length) return;
      words[chosen].tabIndex = -1;
      chosen = Math.max(0, Math.min(words.length - 1, at));
      words[chosen].tabIndex = 0;
      words[chosen].focus();
    };

    audio.addEventListener("play", () => {
      for (const other of every) if (other !== audio) other.pause();
      follow();
    });
    for (const event of ["seeked", "timeupdate", "pause", "ended"]) audio.addEventListener(event, show);

    script.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) return playFrom(Number(button.dataset.a));
      const word = event.target.closest(".w");
      if (!word || String(getSelection())) return;
      words[chosen].tabIndex = -1;
      chosen = words.indexOf(word);
      word.tabIndex = 0;
      playFrom(Number(word.dataset.a));
    });
    script.addEventListener("keydown", (event) => {
      const word = event.target.closest(".w");
      if (!word || event.ctrlKey || event.altKey || event.metaKey) return;
      const at = words.indexOf(word);
      const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: words.length - 1 };
      if (event.key in moves) choose(moves[event.key]);
      else if (event.key === "Enter") playFrom(Number(word.dataset.a));
      else if (event.key === " ") audio.paused ? audio.play().catch(() => {}) : audio.pause();
      else return;
      event.preventDefault();
    });
    wave.addEventListener("click", (event) => {
      const box = wave.getBoundingClientRect();
      playFrom((Math.max(0, event.clientX - box.left) / box.width) * seconds);
    });
    if (words.length) words[0].tabIndex = 0;
  }
})();
