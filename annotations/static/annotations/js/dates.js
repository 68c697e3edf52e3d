// Intervals of days in words of the page's language. Days have no time zone: all is reckoned in UTC.

// English without a country is ours: the day before the month, as the server writes it.
const language = () => {
  const { lang } = document.documentElement;
  return lang === "en" ? "en-GB" : lang;
};

const DAY = { day: "numeric", month: "long", year: "numeric" };
const MONTH = { month: "long", year: "numeric" };
const YEAR = { year: "numeric" };
const PARTS = {
  day: DAY, week: DAY, month: MONTH, quarter: MONTH, season: MONTH, year: YEAR, decade: YEAR, century: YEAR,
};

const formats = new Map();
function format(parts) {
  if (!formats.has(parts)) {
    formats.set(parts, new Intl.DateTimeFormat(language(), { ...parts, timeZone: "UTC" }));
  }
  return formats.get(parts);
}

const date = (iso) => new Date(`${iso}T00:00:00Z`);

export const day = (iso) => format(DAY).format(date(iso));

/** "30 November 2021", "22–28 November 2021", "September 2021", "2010–2019": as exact as the words are. */
export function interval({ first, last, granularity }) {
  return format(PARTS[granularity] || DAY).formatRange(date(first), date(last));
}

/** A moment of the reader's own clock. */
export const moment = (iso) => new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
