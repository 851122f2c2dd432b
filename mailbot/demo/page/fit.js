const fit = (frame) => {
  const inside = frame.contentDocument && frame.contentDocument.documentElement;
  if (!inside || !frame.offsetParent) return;
  frame.style.height = "0";
  frame.style.height = Math.max(inside.scrollHeight, frame.contentDocument.body ? frame.contentDocument.body.scrollHeight : 0) + 2 + "px";
};
const all = () => document.querySelectorAll("iframe").forEach(fit);
document.querySelectorAll("iframe").forEach((frame) => frame.addEventListener("load", () => fit(frame)));
document.querySelectorAll("details").forEach((details) => details.addEventListener("toggle", () => details.querySelectorAll("iframe").forEach(fit)));
addEventListener("load", all);
let waiting;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(all, 120); });
