// Moving the range: back and forth through what was looked at, wider, sideways, and from a person's own words.
import { watch } from './vue.js';
import { rememberedList } from './memory.js';
import { setQuery } from './router.js';
import { bounds, day, isMoving, parseTime, range, rangeText, zone } from './time.js';

const past = [], future = [];
let isStep = false;

/** Ranges that somebody chose by hand, as "from to". */
export const recentRanges = rememberedList('ranges', 6);

watch(rangeText, (_, before) => {
    if (!isStep) {
        past.push(before);
        future.length = 0;
    }
    isStep = false;
}, { flush: 'sync' });

export function setRange(from, to = 'now') {
    recentRanges.add(`${from} ${to}`);
    setQuery({ from: String(from), to: to === 'now' ? null : String(to), live: null });
}

function step(source, target) {
    if (source.length === 0) return false;
    target.push(rangeText.value);
    isStep = true;
    const [from, to] = source.pop().split(' ');
    setQuery({ from, to: to === 'now' ? null : to });
    isStep = false;
    return true;
}

/** To the range that was looked at before, and back to the one after. */
export const stepBack = () => step(past, future);
export const stepForward = () => step(future, past);

/** Twice as wide around the same middle, and never past now. */
export function widen() {
    const now = Date.now(), { from, to } = bounds(now), half = (to - from) / 2;
    if (isMoving.value) return setQuery({ from: relative(2 * (to - from)), to: null });
    const end = Math.min(now, to + half);
    setQuery({ from: String(Math.round(end - 4 * half)), to: String(Math.round(end)) });
}

/** The same length, half of itself earlier (-1) or later (1). */
export function shift(direction) {
    const now = Date.now(), { from, to } = bounds(now), length = to - from;
    const end = Math.min(now, to + direction * length / 2);
    if (direction > 0 && end >= now) return setQuery({ from: relative(length), to: null });
    setQuery({ from: String(Math.round(end - length)), to: String(Math.round(end)) });
}

/** Between "the last half hour" and the same half hour for good. */
export function toggleAbsolute() {
    const { from, to } = bounds();
    if (isMoving.value) setQuery({ from: String(from), to: String(to) }); else setQuery({ from: relative(to - from), to: null });
}

/** This page's address with a range that stays: what a colleague opens tomorrow shows what is seen now. */
export function fixedAddress() {
    const { from, to } = bounds(), target = new URL(location.href);
    target.searchParams.set('from', String(from));
    target.searchParams.set('to', String(to));
    return target.href;
}

/** "-30m", "-2h", "-3d": a length of time in the address's words, rounded up to a whole unit. */
function relative(milliseconds) {
    const minutes = Math.ceil(milliseconds / 60_000);
    if (minutes % 1440 === 0) return `-${minutes / 1440}d`;
    return minutes % 60 === 0 ? `-${minutes / 60}h` : `-${minutes}m`;
}

const unitNames = { s: 's', m: 'm', h: 'h', d: 'd', w: 'w', sec: 's', second: 's', min: 'm', minute: 'm', hr: 'h', hour: 'h', day: 'd', week: 'w' };

/**
 * A range as somebody types it: `-3h`, `3h`, `last 2 days`, `10:15 to 10:45`, `2026-11-20 08:00 to 2026-11-21`, `-3h to -1h`.
 * @returns {{from: string, to: string}|null}
 */
export function parseRange(text, now = Date.now()) {
    const words = text.trim().toLowerCase().replace(/^last\s+/, '');
    const ends = words.split(/\s+(?:to|until)\s+|\s*–\s*/);
    if (ends.length > 2 || words === '') return null;
    const from = parseEnd(ends[0], now, true), to = ends.length === 2 ? parseEnd(ends[1], now, false) : 'now';
    if (from === null || to === null) return null;
    return parseTime(from, now) < parseTime(to, now) ? { from, to } : null;
}

function parseEnd(text, now, isStart) {
    if (text === 'now' && !isStart) return 'now';
    const length = /^-?\s*(\d{1,6})\s*([a-z]+)$/.exec(text);
    const unit = length && (unitNames[length[2]] ?? unitNames[length[2].replace(/s$/, '')]);
    if (unit) return `-${length[1]}${unit}`;
    const date = /^(?:(\d{4})-(\d{2})-(\d{2}))?[t\s]*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?(z?)$/.exec(text);
    if (!date || (!date[1] && !date[4])) return /^\d{13}$/.test(text) ? text : null;
    const isUTC = zone.value === 'UTC' || date[7] === 'z', today = new Date(now);
    const parts = [
        Number(date[1] ?? (isUTC ? today.getUTCFullYear() : today.getFullYear())), Number(date[2] ?? (isUTC ? today.getUTCMonth() : today.getMonth()) + 1) - 1,
        Number(date[3] ?? (isUTC ? today.getUTCDate() : today.getDate())), Number(date[4] ?? 0), Number(date[5] ?? 0), Number(date[6] ?? 0),
    ];
    const time = isUTC ? Date.UTC(...parts) : new Date(...parts).getTime();
    return Number.isFinite(time) ? String(time) : null;
}

/** A moment as `parseRange` reads it: "2026-11-21 10:15". */
export function written(time) {
    const date = new Date(zone.value === 'UTC' ? time : time - new Date(time).getTimezoneOffset() * 60_000);
    return date.toISOString().slice(0, 16).replace('T', ' ');
}

/** What a typed range would mean, or what is wrong with it. */
export function explain(text) {
    const found = parseRange(text);
    if (!found) return 'for example: -3h · last 2 days · 10:15 to 10:45 · 2026-11-20 08:00 to 2026-11-21';
    const now = Date.now();
    return [found.from, found.to].map(end => end === 'now' ? 'now' : `${day(parseTime(end, now))} ${written(parseTime(end, now)).slice(11)}`).join(' – ');
}

/** The range in force, as it would be typed. */
export const rangeWritten = () => range.value.to === 'now' ? range.value.from : `${written(bounds().from)} to ${written(bounds().to)}`;
