// Follows log groups: the stream tells new events as they are stored, FilterLogEvents those before it and those it left out. A round
// asks only for what may be new, a little overlapping, because an event may arrive later than its time says.
import { shallowRef } from './vue.js';
import { call, pages } from './api.js';
import { useLive } from './live.js';
import { listGroups } from './loggroups.js';
import { bounds, rangeText } from './time.js';

const overlapMilliseconds = 30_000;

/**
 * @param {() => {groups: string[], pattern: string, shownMax: number, lookBack: number[], pageEvents: number, groupsMax: number}} options
 *   `groups`: empty for all, up to `groupsMax`; `lookBack`: how far back in milliseconds the first round looks in turn, until
 *   enough lines are found.
 * @returns what `useLive` returns; data: `{ events, groups, messages }`, newest first
 */
export function useLogTail(options, how) {
    let groups = [], groupsAt = 0, found = new Map(), reached = 0, subject = '', messages = [];
    const followed = shallowRef([]);
    const keyOf = event => `${event.group}\u0000${event.eventId}`;

    async function list(wanted, groupsMax, signal) {
        messages = [];
        groupsAt = Date.now();
        if (wanted.length > 0) { groups = wanted; return null; }
        const answer = await listGroups(signal);
        if (!answer.ok) return answer;
        const names = answer.value.items.map(group => group.logGroupName);
        groups = names.slice(0, groupsMax);
        if (names.length > groupsMax || !answer.value.isWhole) messages = [`searching the first ${groupsMax} log groups only`];
        return null;
    }

    /** @returns the first error, or null when every group was searched */
    async function search(from, to, { pattern, pageEvents }, signal) {
        const answers = await Promise.all(groups.map(group => pages(token => call('logs', 'FilterLogEvents', {
            logGroupName: group, ...pattern ? { filterPattern: pattern } : {}, startTime: from, endTime: to, limit: pageEvents, ...token ? { nextToken: token } : {},
        }, signal), 'events', 6).then(answer => ({ group, answer }))));
        for (const { group, answer } of answers) {
            // A group deleted since it was listed is no error.
            if (!answer.ok && answer.error.code === 'ResourceNotFoundException') continue;
            if (!answer.ok) return answer;
            if (!answer.value.isWhole) messages = [`${group} has more lines than are read at once: the newest may be missing`];
            for (const event of answer.value.items) {
                const entry = { ...event, group, message: String(event.message ?? '') };
                found.set(keyOf(entry), found.get(keyOf(entry)) ?? entry);
            }
        }
        return null;
    }

    /** The newest of what was found. */
    function shown({ shownMax }, from) {
        const events = [...found.values()].filter(event => event.timestamp >= from).sort((a, b) => b.timestamp - a.timestamp || (a.eventId < b.eventId ? 1 : -1)).slice(0, shownMax);
        found = new Map(events.map(event => [keyOf(event), event]));
        return { events, groups: groups.length, messages };
    }

    return useLive(async signal => {
        const wanted = options(), now = Date.now(), { from, to } = bounds(now);
        const next = JSON.stringify([rangeText.value, wanted.pattern, wanted.groups]);
        if (next !== subject) { found = new Map(); reached = 0; groupsAt = 0; subject = next; }
        if (groups.length === 0 || now - groupsAt > 30_000) {
            const failed = await list(wanted.groups, wanted.groupsMax, signal);
            if (failed) return failed;
            followed.value = groups;
        }
        const starts = reached > 0 ? [reached - overlapMilliseconds] : wanted.lookBack.map(length => to - length).filter(start => start > from).concat(from);
        for (const start of starts) {
            const failed = await search(Math.max(from, start), to + 1, wanted, signal);
            if (failed) return failed;
            if (found.size >= wanted.shownMax) break;
        }
        reached = to;
        return { ok: true, value: shown(wanted, from) };
    }, () => JSON.stringify(options()), {
        ...how,
        news: () => followed.value.length ? [{ topic: 'logs', groups: followed.value, ...options().pattern ? { filter: options().pattern } : {} }] : [],
        hear(name, told) {
            if (name === 'lag') messages = [`${told.leftOut} lines came faster than they could be shown; they are being asked for`];
            if (name !== 'logs') return null;
            for (const event of told.events) {
                const entry = { ...event, group: told.group, message: String(event.message ?? '') };
                found.set(keyOf(entry), found.get(keyOf(entry)) ?? entry);
            }
            return shown(options(), bounds(Date.now()).from);
        },
    });
}
