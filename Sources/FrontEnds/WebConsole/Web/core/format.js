// Numbers, sizes and foreign text as a person reads them. All figures on a page pass through here.

const grouping = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits or so: 1,234 · 12.3 · 0.0456 · 1.2M. */
export function number(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return '–';
    const size = Math.abs(value);
    if (size === 0) return '0';
    if (size >= 1e15 || size < 1e-4) return value.toExponential(1);
    if (size >= 1e12) return trim(value / 1e12) + 'T';
    if (size >= 1e9) return trim(value / 1e9) + 'G';
    if (size >= 1e6) return trim(value / 1e6) + 'M';
    if (size >= 1000) return grouping.format(value);
    return trim(value);
}

/** At most three significant digits, without trailing zeros. */
function trim(value) {
    const size = Math.abs(value);
    return String(Number(size >= 100 ? value.toFixed(0) : value.toPrecision(3)));
}

/** A length of time given in milliseconds: 0.4 ms · 820 ms · 1.24 s · 3 m 20 s. */
export function milliseconds(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return '–';
    const size = Math.abs(value);
    if (size < 1000) return `${trim(value)} ms`;
    if (size < 60_000) return `${Number((value / 1000).toFixed(2))} s`;
    const seconds = Math.round(value / 1000), minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} m ${seconds - minutes * 60} s`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
}

const byUnit = {
    Milliseconds: milliseconds,
    Seconds: value => milliseconds(value * 1000),
    Microseconds: value => milliseconds(value / 1000),
    Percent: value => `${number(value)} %`,
    Bytes: bytes,
};

/** A value with its CloudWatch unit; counts and unknown units stay bare. */
export function quantity(value, unit) {
    if (value === null || value === undefined) return '–';
    return (byUnit[unit] ?? number)(value);
}

export function bytes(value) {
    const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let step = 0;
    while (Math.abs(value) >= 1024 && step < steps.length - 1) { value /= 1024; step += 1; }
    return `${trim(value)} ${steps[step]}`;
}

export const plural = (count, one, many = one + 's') => `${number(count)} ${count === 1 ? one : many}`;

/** Marks that reorder or hide text, and controls: what a hostile line could use to look like another. */
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/**
 * Foreign text made safe to look at: every invisible character becomes a visible one, and the text is cut at `limit`.
 * It is still only text; nothing on a page is ever built from it as markup.
 */
export function visible(text, limit = 4000) {
    const whole = String(text ?? '');
    const part = whole.length > limit ? whole.slice(0, limit) : whole;
    const shown = part.replace(unseen, mark => {
        const code = mark.codePointAt(0);
        return code < 0xa0 ? `\\x${code.toString(16).padStart(2, '0')}` : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
    });
    return whole.length > limit ? `${shown}… (${number(whole.length)} characters)` : shown;
}

/** The same on one line. */
export const oneLine = (text, limit = 500) => visible(String(text ?? '').slice(0, limit + 1).replace(/\s+/g, ' '), limit);
