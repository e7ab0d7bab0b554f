/** Numbers as FunkLoad's report prints them. Python rounds a tie to the even digit, where JavaScript rounds it up: 0.0625 is 0.062. */

/** `%.3f` */
export function printedNumber(value: number): string {
  return fixed(value, 3);
}

/** `%.2f%%` */
export function printedPercent(value: number): string {
  return `${fixed(value, 2)}%`;
}

export function fixed(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  // Of all binary fractions only sixteenths can lie in the very middle between two of three digits.
  const isTie = Number.isInteger(value * 16) && scaled % 1 === 0.5;
  const isDown = isTie && Math.floor(scaled) % 2 === 0;
  return (isDown ? Math.floor(scaled) / 10 ** digits : value).toFixed(digits);
}

const ratings = [
  [0.5, 'UNACCEPTABLE'],
  [0.7, 'POOR'],
  [0.85, 'FAIR'],
  [0.94, 'Good'],
] as const;

export function ratingOf(score: number): string {
  return ratings.find(([limit]) => score < limit)?.[1] ?? 'Excellent';
}
