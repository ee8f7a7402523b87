// Dashboards in CloudWatch's own form: a JSON body of widgets on a grid of 24 columns. Bodies come from anybody, so each part
// is looked at before it is believed, and what is not understood is said and not left out.
// Source: CloudWatch user guide, dashboard body structure and syntax.
import { freeId } from './graph.js';
import { readVariables } from './variables.js';

export const columns = 24;
const widgetsMax = 500, metricsMax = 500, rowsMax = 10_000;

/**
 * @typedef {{type: string, x: number, y: number, width: number, height: number, properties: any, key: string}} Widget
 * @typedef {{widgets: Widget[], variables: import('./variables.js').Variable[], start: string|null, end: string|null, remarks: string[]}} Dashboard
 * @returns {Dashboard|null} null when the text is no dashboard at all
 */
export function readBody(text) {
    let body;
    try {
        body = JSON.parse(text);
    } catch {
        return null;
    }
    if (!isObject(body) || !Array.isArray(body.widgets)) return null;
    const remarks = [];
    if (body.widgets.length > widgetsMax) remarks.push(`only the first ${widgetsMax} of ${body.widgets.length} widgets are shown`);
    let below = 0;
    const widgets = body.widgets.slice(0, widgetsMax).map((widget, index) => {
        const entry = isObject(widget) ? widget : {};
        const width = whole(entry.width, 1, columns, 6), height = whole(entry.height, 1, 1000, 6), x = whole(entry.x, 0, columns - 1, 0);
        // Without a place a widget goes below all before it.
        const y = Number.isInteger(entry.y) ? whole(entry.y, 0, rowsMax, 0) : below;
        below = Math.max(below, y + height);
        return { type: String(entry.type ?? ''), x, y, width: Math.min(width, columns - x), height, properties: isObject(entry.properties) ? entry.properties : {}, key: String(index) };
    });
    return { widgets, variables: readVariables(body.variables), start: typeof body.start === 'string' ? body.start : null, end: typeof body.end === 'string' ? body.end : null, remarks };
}

const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const whole = (value, least, most, otherwise) => Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : otherwise;
const hex = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** A relative start such as `-PT3H` or `-P1D`, in the address's words, or null. */
export function startOf(text) {
    const found = /^-P(?:(\d+)W|(\d+)D|T(\d+)H|T(\d+)M)$/.exec(text ?? '');
    if (!found) return null;
    const [, weeks, days, hours, minutes] = found;
    return weeks ? `-${weeks}w` : days ? `-${days}d` : hours ? `-${hours}h` : `-${minutes}m`;
}

/**
 * The queries of a metric widget. `.` repeats what stands at the same place of the metric before, `...` all of it up to the
 * values that follow.
 * @returns {{queries: (import('./graph.js').GraphQuery & {color?: string, isRight?: boolean})[], period: number|null, remarks: string[]}}
 */
export function metricQueries({ metrics, stat, period }) {
    const queries = [], remarks = [], taken = new Set(), periods = new Set(), entries = Array.isArray(metrics) ? metrics.slice(0, metricsMax) : [];
    for (const entry of entries) if (Array.isArray(entry) && isObject(entry.at(-1)) && typeof entry.at(-1).id === 'string') taken.add(entry.at(-1).id);
    const named = new Set();
    let before = [];
    for (const entry of entries) {
        if (!Array.isArray(entry)) { remarks.push('a metric that is no list is left out'); continue; }
        const look = isObject(entry.at(-1)) ? entry.at(-1) : {};
        const isOwn = typeof look.id === 'string' && /^[a-z][A-Za-z0-9_]*$/.test(look.id) && !named.has(look.id), id = isOwn ? look.id : freeId(new Set([...taken, ...named]));
        named.add(id);
        const own = Number(look.period ?? period);
        if (Number.isFinite(own) && own > 0) periods.add(own);
        const shared = { id, label: typeof look.label === 'string' ? look.label : '', isHidden: look.visible === false, color: hex.test(look.color ?? '') ? look.color : undefined, isRight: look.yAxis === 'right' };
        if (typeof look.expression === 'string') { queries.push({ ...shared, expression: look.expression }); continue; }
        const parts = filled(entry.filter(part => typeof part === 'string'), before);
        if (parts.length < 2 || parts.length % 2 !== 0) { remarks.push('a metric without namespace, name and pairs of dimensions is left out'); continue; }
        before = parts;
        const [Namespace, MetricName, ...rest] = parts;
        queries.push({ ...shared, metric: { Namespace, MetricName, Dimensions: rest.flatMap((name, index) => index % 2 === 0 ? [{ Name: name, Value: rest[index + 1] }] : []) }, stat: String(look.stat ?? stat ?? 'Average') });
    }
    return { queries, period: periods.size > 0 ? Math.min(...periods) : null, remarks };
}

function filled(parts, before) {
    if (parts[0] === '...') return [...before.slice(0, Math.max(0, before.length - (parts.length - 1))), ...parts.slice(1)];
    return parts.map((part, index) => part === '.' ? before[index] ?? '' : part);
}

const colorOf = ({ color }) => hex.test(color ?? '') ? color : undefined;
/** An entry with a partner is a band between the two. */
const entriesOf = (value, isWhole) => (Array.isArray(value) ? value : []).map(entry => Array.isArray(entry) ? entry.filter(isObject) : isObject(entry) ? [entry] : []).filter(pair => pair.length > 0 && pair.every(isWhole));

/** Lines and bands across the chart, moments and spans along it: `{ lines, bands, markers, spans, alarms }`. */
export function annotationsOf({ annotations }) {
    const found = { lines: [], bands: [], markers: [], spans: [], alarms: Array.isArray(annotations?.alarms) ? annotations.alarms.filter(arn => typeof arn === 'string') : [] };
    for (const [first, second] of entriesOf(annotations?.horizontal, ({ value }) => Number.isFinite(value))) {
        const line = ({ value, label, ...rest }) => ({ value, label: String(label ?? 'threshold'), color: colorOf(rest) }), color = colorOf(first);
        found.lines.push(...[first, second].filter(Boolean).map(line));
        if (second) found.bands.push({ from: Math.min(first.value, second.value), to: Math.max(first.value, second.value), label: '', color });
        else if (first.fill === 'above') found.bands.push({ from: first.value, label: '', color });
        else if (first.fill === 'below') found.bands.push({ to: first.value, label: '', color });
    }
    for (const [first, second] of entriesOf(annotations?.vertical, ({ value }) => Number.isFinite(Date.parse(value)))) {
        const from = Date.parse(first.value), label = String(first.label ?? ''), color = colorOf(first);
        if (second) found.spans.push({ from, to: Date.parse(second.value), label, color });
        else if (first.fill === 'before') found.spans.push({ to: from, label, color });
        else if (first.fill === 'after') found.spans.push({ from, label, color });
        else found.markers.push({ time: from, label });
    }
    return found;
}

/** A log widget's query: its groups and what is left of the text. */
export function logQuery(text) {
    const groups = [];
    const rest = String(text ?? '').replace(/^\s*SOURCE\s+((?:'[^']*'|"[^"]*")(?:\s*(?:,|\|\s*SOURCE)\s*(?:'[^']*'|"[^"]*"))*)\s*\|?/i, (_, names) => {
        groups.push(...[...names.matchAll(/['"]([^'"]*)['"]/g)].map(match => match[1]));
        return '';
    });
    return { groups, text: rest.trim() };
}

/** The alarm's name out of its ARN. */
export const alarmName = arn => /:alarm:(.+)$/.exec(arn)?.[1] ?? arn;
