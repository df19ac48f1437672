// Shows moments in the reader's own time zone, and says which one that is. Without this file they
// are in UTC, and say so.

const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

function offset(moment) {
  const minutes = -moment.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  if (minutes === 0) return "UTC";
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

const moments = [...document.querySelectorAll("time[data-local]")];
const zones = new Set(moments.map((element) => offset(new Date(element.dateTime))));

for (const element of moments) {
  const moment = new Date(element.dateTime);
  element.textContent = days.format(moment);
  // Across a change of the clocks every moment says for itself how far it is from UTC.
  if (zones.size > 1) element.textContent += ` ${offset(moment)}`;
}
for (const heading of document.querySelectorAll("[data-zone]")) {
  heading.textContent = zones.size > 1 ? "" : `(${[...zones].join()})`;
}
