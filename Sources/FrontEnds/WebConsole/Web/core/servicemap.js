// Which service calls which, counted from whole traces, and where to draw them: in ranks from left to right, with a place kept
// wherever a line passes a rank, so that no line runs through a box.

const sweeps = 6;
export const nodesMax = 120;

/**
 * @typedef {{name: string, kind: string, count: number, faults: number, errors: number, throttles: number, seconds: number}} Service
 * @typedef {{from: string, to: string, count: number, failed: number, seconds: number}} Call
 * @param {import('../parts/spans.js').Trace[]} traces
 * @returns {{services: Service[], calls: Call[]}}
 */
export function serviceMap(traces) {
    const services = new Map(), calls = new Map();
    function visit(span, caller) {
        // A subsegment belongs to its segment's service; a new service begins where the name of the service changes.
        if (span.service !== caller) {
            const service = services.get(span.service) ?? { name: span.service, kind: span.origin, count: 0, faults: 0, errors: 0, throttles: 0, seconds: 0 };
            services.set(span.service, service);
            service.count += 1;
            service.seconds += span.end - span.start;
            if (span.state === 'FAULT') service.faults += 1;
            if (span.state === 'CLIENT_ERROR') service.errors += 1;
            if (span.state === 'THROTTLE') service.throttles += 1;
            if (caller !== null) {
                const key = `${caller}\u0000${span.service}`, call = calls.get(key) ?? { from: caller, to: span.service, count: 0, failed: 0, seconds: 0 };
                calls.set(key, call);
                call.count += 1;
                call.seconds += span.end - span.start;
                if (span.state) call.failed += 1;
            }
        }
        for (const child of span.children) visit(child, span.service);
    }
    for (const trace of traces) for (const root of trace.roots) visit(root, null);
    return { services: [...services.values()], calls: [...calls.values()] };
}

/**
 * Places for boxes and lines, in units of one rank and one row.
 * @returns {{places: Map<string, {rank: number, row: number}>, lines: {call: Call, points: {rank: number, row: number}[], isBack: boolean}[], ranks: number, rows: number}}
 */
export function layout({ services, calls }) {
    const names = services.map(({ name }) => name), forward = withoutLoops(names, calls), rankOf = ranks(names, forward);
    const columns = [];
    const place = (key, rank) => { (columns[rank] ??= []).push(key); };
    for (const name of names) place(name, rankOf.get(name));
    // A line over several ranks gets a place in each between, as if it were a box.
    const chains = forward.map(call => {
        const chain = [call.from];
        for (let rank = rankOf.get(call.from) + 1; rank < rankOf.get(call.to); rank += 1) {
            const key = `${call.from}\u0000${call.to}\u0000${rank}`;
            place(key, rank);
            chain.push(key);
        }
        return [...chain, call.to];
    });
    const before = new Map(), after = new Map(), add = (map, key, value) => map.set(key, [...map.get(key) ?? [], value]);
    for (const chain of chains) for (let at = 1; at < chain.length; at += 1) { add(before, chain[at], chain[at - 1]); add(after, chain[at - 1], chain[at]); }

    const rows = new Map();
    const settle = column => column.forEach((key, row) => rows.set(key, row));
    columns.forEach(settle);
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
        const isDown = sweep % 2 === 0, order = isDown ? columns : [...columns].reverse();
        for (const column of order) {
            const middle = new Map(column.map(key => {
                const near = (isDown ? before : after).get(key) ?? [];
                return [key, near.length > 0 ? near.reduce((sum, other) => sum + rows.get(other), 0) / near.length : rows.get(key)];
            }));
            column.sort((a, b) => middle.get(a) - middle.get(b));
            settle(column);
        }
    }
    const height = Math.max(1, ...columns.map(column => column.length));
    const point = key => { const rank = columns.findIndex(column => column.includes(key)); return { rank, row: rows.get(key) + (height - columns[rank].length) / 2 }; };
    const places = new Map(names.map(name => [name, point(name)]));
    const lines = chains.map((chain, index) => ({ call: forward[index], points: chain.map(point), isBack: false }));
    const backward = calls.filter(call => !forward.includes(call)).map(call => ({ call, points: [places.get(call.from), places.get(call.to)], isBack: true }));
    return { places, lines: [...lines, ...backward], ranks: columns.length, rows: height };
}

/** The calls that close no loop, found by walking from the services that nobody calls. */
function withoutLoops(names, calls) {
    const called = new Set(calls.filter(({ from, to }) => from !== to).map(({ to }) => to)), kept = [], done = new Set(), open = new Set();
    function walk(name) {
        open.add(name);
        for (const call of calls.filter(({ from }) => from === name)) {
            if (open.has(call.to)) continue;
            kept.push(call);
            if (!done.has(call.to)) walk(call.to);
        }
        open.delete(name);
        done.add(name);
    }
    for (const name of [...names.filter(name => !called.has(name)), ...names]) if (!done.has(name)) walk(name);
    return kept;
}

/** The longest way from a beginning to each service. */
function ranks(names, calls) {
    const rank = new Map(names.map(name => [name, 0]));
    for (let round = 0; round < names.length; round += 1) {
        let isSettled = true;
        for (const { from, to } of calls) {
            if (rank.get(to) >= rank.get(from) + 1) continue;
            rank.set(to, rank.get(from) + 1);
            isSettled = false;
        }
        if (isSettled) break;
    }
    return rank;
}
