// The one time model: a range in the address, the same for every panel, and how moments are written.
import { computed, onBeforeUnmount, ref } from './vue.js';
import { remembered } from './memory.js';
import { route, setQuery } from './router.js';

const scale = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A point in time from the address: `now`, `-30m`, or milliseconds since 1970.
 * @returns {number|null} milliseconds UTC, or null when it is none of these.
 */
export function parseTime(text, now) {
    if (text === 'now') return now;
    const relative = /^-(\d{1,6})([smhdw])$/.exec(text ?? '');
    if (relative) return now - Number(relative[1]) * scale[relative[2]];
    return /^\d{10,15}$/.test(text ?? '') ? Number(text) : null;
}

export const defaultRange = { from: '-30m', to: 'now' };

/** The range as the address has it, both ends readable; anything else falls back to the default. */
export const range = computed(() => {
    const { from = defaultRange.from, to = defaultRange.to } = route.query;
    const start = parseTime(from, 1e13), end = parseTime(to, 1e13);
    return start !== null && end !== null && start < end ? { from, to } : defaultRange;
});

/** The range as one word: the same for the same range, whatever else changes in the address. */
export const rangeText = computed(() => `${range.value.from} ${range.value.to}`);

/** Whether the range ends now, so that new data belongs to it. */
export const isMoving = computed(() => range.value.to === 'now');

/** The range in milliseconds at this moment. */
export function bounds(now = Date.now()) {
    return { from: parseTime(range.value.from, now), to: parseTime(range.value.to, now) };
}

/** The ranges of the picker, in the address's words. */
export const ranges = [
    { from: '-15m', label: '15 min' }, { from: '-30m', label: '30 min' }, { from: '-1h', label: '1 h' },
    { from: '-3h', label: '3 h' }, { from: '-12h', label: '12 h' }, { from: '-1d', label: '1 day' }, { from: '-1w', label: '1 week' },
];

/** A range in the address's words, as a person says it. */
export function describeRange({ from, to }) {
    const known = ranges.find(entry => entry.from === from);
    if (to === 'now') return `Last ${known?.label ?? from.slice(1).replace(/(\d)([a-z])/, '$1 $2')}`;
    const now = Date.now(), start = parseTime(from, now), end = parseTime(to, now);
    const isOneDay = day(start) === day(end), close = end - start < 300_000 ? clock : shortClock;
    return `${day(start)} ${close(start)} – ${isOneDay ? '' : day(end) + ' '}${close(end)}`;
}

/** The period in seconds that gives a chart of so many pixels no more points than it can show: the server then sums up the rest. */
export function periodFor({ from, to }, pixels = innerWidth) {
    const seconds = (to - from) / 1000, points = Math.max(60, pixels / 2);
    return [60, 300, 900, 3600, 21600].find(period => seconds / period <= points) ?? 86400;
}

const zoneSetting = remembered('zone', 'local');

/** `UTC`, or undefined for the browser's own zone. In the address, so that a copied link shows the same figures. */
export const zone = computed(() => (route.query.tz ?? zoneSetting.value.value) === 'utc' ? 'UTC' : undefined);
export const zoneName = computed(() => zone.value ?? Intl.DateTimeFormat().resolvedOptions().timeZone);

export function setZone(name) {
    zoneSetting.set(name);
    setQuery({ tz: name === 'utc' ? 'utc' : route.query.tz ? 'local' : null }, { replace: true });
}

/** A format in the zone in force; the browser makes one slowly, so each is made once a zone. */
function format(options) {
    const made = new Map();
    return ms => {
        if (!Number.isFinite(ms)) return '–';
        if (!made.has(zone.value)) made.set(zone.value, new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone.value }));
        return made.get(zone.value).format(ms);
    };
}

export const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const shortClock = format({ hour: '2-digit', minute: '2-digit' });
export const day = format({ day: 'numeric', month: 'short' });
const year = format({ year: 'numeric' });
export const moment = ms => `${day(ms)} ${clock(ms)}`;
export const fullMoment = ms => `${day(ms)} ${year(ms)} ${clock(ms)}`;
export const clockWithMilliseconds = ms => `${clock(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;

const wholeSteps = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000].map(seconds => seconds * 1000);

/** Round moments of a range, seven at most, as the zone in force has them. @returns {number[]} milliseconds */
export function wholeTimes({ from, to }) {
    const step = wholeSteps.find(length => (to - from) / length <= 7) ?? (to - from) / 7, shift = zone.value === 'UTC' ? 0 : new Date(from).getTimezoneOffset() * 60_000;
    const times = [];
    for (let time = Math.ceil((from - shift) / step) * step + shift; time <= to; time += step) times.push(time);
    return times;
}

/** How long ago, roughly: "just now", "12 s ago", "3 min ago". */
export function ago(ms, now) {
    const seconds = Math.max(0, Math.round((now - ms) / 1000));
    if (seconds < 2) return 'just now';
    if (seconds < 60) return `${seconds} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${Math.floor(seconds / 86400)} d ago`;
}

/** The current time, once a second while a component shows it. */
export function useNow() {
    const now = ref(Date.now());
    const timer = setInterval(() => { now.value = Date.now(); }, 1000);
    onBeforeUnmount(() => clearInterval(timer));
    return now;
}
