// What this device's clock says.

const pad = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");

/** An instant as ISO 8601 with this device's own offset from UTC. */
export function local(moment = new Date()) {
  const offset = -moment.getTimezoneOffset();
  const wall = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${wall}${offset < 0 ? "-" : "+"}${pad(offset / 60)}:${pad(offset % 60)}`;
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
