/**
 * Numbers, units and times as the report shows them: in one place, and without the locale of the machine, so that the
 * same run gives the same bytes everywhere.
 */

/** 1234567 -> `1,234,567`. */
export function formatCount(value: number): string {
  const digits = String(Math.abs(Math.round(value)));
  const grouped = digits.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return value < 0 && digits !== '0' ? `-${grouped}` : grouped;
}

/** Three figures that matter: `1,234`, `56.7`, `0.89`. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 99.95) return formatCount(value);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** For axes, where the room is narrow: `12k`, `3.5M`. */
export function formatShort(value: number): string {
  const [unit, suffix] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e4 ? [1e3, 'k'] : [1, ''];
  const scaled = value / unit;
  return suffix === ''
    ? Number.isInteger(scaled)
      ? formatCount(scaled)
      : `${Number(scaled.toPrecision(3))}`
    : `${Number(scaled.toPrecision(3))}${suffix}`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const scaled = bytes / 1024 ** power;
  return `${power === 0 ? formatCount(scaled) : formatNumber(scaled)} ${units[power] ?? 'B'}`;
}

/** A latency; null has too few samples to say anything. */
export function formatUs(us: number | null): string {
  if (us === null) return '-';
  if (us < 1e3) return `${formatNumber(us)} µs`;
  return us < 1e6 ? `${formatNumber(us / 1e3)} ms` : `${formatNumber(us / 1e6)} s`;
}

export function formatNs(ns: number): string {
  return formatUs(ns / 1e3);
}

/** A duration that people wait for: `0.42 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatMs(ms: number): string {
  if (ms < 60_000) return `${formatNumber(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `2026-01-31T12:34:56.789Z` -> `2026-01-31 12:34:56 UTC`; what isn't such a time stays as it is. */
export function formatInstant(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** `1 host`, `3 hosts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A part of a whole; a small part is never shown as none. */
export function formatPercent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.01) return '< 0.01 %';
  return `${percent.toFixed(percent < 10 ? 2 : 1)} %`;
}
