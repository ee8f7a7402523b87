// A trace as a tree of spans, from the segment documents that BatchGetTraces returns. Documents come from anybody: wrong
// types, missing parents, loops and broken JSON are met here, so that the waterfall can draw what is left.

/** Deeper subsegments and more spans than these are left out and counted. */
const depthMax = 100, spansMax = 20_000;

/**
 * @typedef {{id: string, parentId: string|null, name: string, service: string, origin: string, start: number, end: number,
 *   isRunning: boolean, state: 'FAULT'|'THROTTLE'|'CLIENT_ERROR'|null, status: number|null, isInferred: boolean,
 *   isColdStart: boolean, document: object, depth: number, children: Span[]}} Span   times in seconds
 * @typedef {{id: string, start: number, end: number, roots: Span[], count: number, errors: number, services: string[],
 *   remarks: string[]}} Trace
 */

/** @returns {Trace} */
export function traceOf({ Id, Segments = [], LimitExceeded }) {
    const spans = [], remarks = [];
    let broken = 0, left = 0;

    function add(document, container, service, depth) {
        if (spans.length >= spansMax || depth > depthMax) { left += 1; return; }
        const span = spanOf(document, container, service);
        if (!span) { broken += 1; return; }
        spans.push(span);
        for (const child of Array.isArray(document.subsegments) ? document.subsegments : []) add(child, span.id, span.service, depth + 1);
    }
    for (const { Document } of Segments) {
        const document = parse(Document);
        add(document, null, null, 0);
    }

    if (broken > 0) remarks.push(`${broken} unreadable documents`);
    if (left > 0) remarks.push(`${left} spans left out`);
    if (LimitExceeded) remarks.push('the trace is larger than its limit, parts are missing');
    const roots = treeOf(spans);
    let start = Infinity, end = -Infinity;
    for (const span of spans) { start = Math.min(start, span.start); end = Math.max(end, span.end); }
    return {
        id: String(Id), start, end, roots, count: spans.length, remarks,
        errors: spans.filter(span => span.state).length,
        services: [...new Set(spans.map(span => span.service))],
    };
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}

/** One document without its children, or null when it lacks what a bar needs. */
function spanOf(document, container, service) {
    if (document === null || typeof document !== 'object') return null;
    const start = Number(document.start_time);
    if (!Number.isFinite(start)) return null;
    const isRunning = document.in_progress === true || !Number.isFinite(Number(document.end_time));
    const name = String(document.name ?? 'unnamed');
    const status = Number(document.http?.response?.status);
    return {
        id: String(document.id ?? ''), parentId: container ?? (document.parent_id ? String(document.parent_id) : null),
        // Subsegments belong to the service that recorded them; a separately sent one knows only its parent.
        name, service: service ?? name, origin: String(document.origin ?? document.namespace ?? ''),
        start, end: isRunning ? start : Math.max(start, Number(document.end_time)), isRunning,
        state: document.fault ? 'FAULT' : document.throttle ? 'THROTTLE' : document.error ? 'CLIENT_ERROR' : null,
        status: Number.isFinite(status) ? status : null, isInferred: document.inferred === true,
        isColdStart: document.aws?.cold_start === true || document.name === 'Initialization',
        document, depth: 0, children: [],
    };
}

/** Hangs every span below its parent, oldest first; a span whose parent is unknown, or is itself below it, is a root. */
function treeOf(spans) {
    const byId = new Map(spans.map(span => [span.id, span]));
    const roots = [];
    for (const span of spans) {
        const parent = span.parentId === null ? undefined : byId.get(span.parentId);
        if (parent && !isBelow(parent, span, byId)) parent.children.push(span); else roots.push(span);
    }
    const byStart = (a, b) => a.start - b.start || b.end - a.end;
    for (const span of spans) span.children.sort(byStart);
    return roots.sort(byStart);
}

/** Whether `span` is `top` or has it among its ancestors; a loop that does not pass `top` counts as well. */
function isBelow(span, top, byId) {
    const seen = new Set();
    for (let at = span; at; at = at.parentId === null ? undefined : byId.get(at.parentId)) {
        if (at === top || seen.has(at)) return true;
        seen.add(at);
    }
    return false;
}

/** The rows in reading order, without what is below a closed span. @returns {Span[]} with `depth` set */
export function rowsOf(trace, closed) {
    const rows = [];
    const waiting = [...trace.roots].reverse().map(span => ({ span, depth: 0 }));
    while (waiting.length > 0) {
        const { span, depth } = waiting.pop();
        span.depth = depth;
        rows.push(span);
        if (closed.has(span)) continue;
        for (const child of [...span.children].reverse()) waiting.push({ span: child, depth: depth + 1 });
    }
    return rows;
}

/** Every span of the trace. @returns {Span[]} */
export const flat = trace => rowsOf(trace, new Set());

/**
 * The spans that decided how long the trace took: from its end backwards, whoever was at work last. What goes on after its
 * caller has ended, such as a message's consumer, counts as well.
 * @returns {Set<Span>}
 */
export function criticalPath(trace) {
    const ends = new Map();
    for (const span of flat(trace).reverse()) ends.set(span, span.children.reduce((latest, child) => Math.max(latest, ends.get(child)), span.end));
    const byEnd = spans => [...spans].sort((a, b) => ends.get(b) - ends.get(a));
    const path = new Set(), waiting = byEnd(trace.roots).slice(0, 1);
    while (waiting.length > 0) {
        const span = waiting.pop();
        path.add(span);
        let reached = ends.get(span);
        for (const child of byEnd(span.children)) {
            if (ends.get(child) > reached) continue;
            waiting.push(child);
            reached = child.start;
        }
    }
    return path;
}
