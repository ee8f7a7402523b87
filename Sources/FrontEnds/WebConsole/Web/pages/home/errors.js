// The newest error lines of every log group, found with FilterLogEvents and then followed: each round asks only for what may
// be new, a little overlapping, because an event may arrive later than its time says.
import { h } from '../../core/vue.js';
import { awsCommand, Card, CopyButton, Teach } from '../../parts/card.js';
import { LogRow } from '../../parts/logrow.js';
import { call, pages } from '../../core/api.js';
import { plural } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { bounds, rangeText } from '../../core/time.js';

/** Any of these words, as the filter syntax writes "or". */
const pattern = '?ERROR ?Exception ?FATAL ?"Task timed out"';

const groupsMax = 30, shownMax = 60, overlapMilliseconds = 30_000, pageEvents = 500;
/** How far back the first round looks in turn, until enough lines are found. */
const lookBack = [300_000, 3_600_000, 86_400_000];

export function useErrors() {
    let groups = [], groupsAt = 0, found = new Map(), reached = 0, forRange = '', messages = [];

    async function listGroups(signal) {
        const answer = await pages(token => call('logs', 'DescribeLogGroups', { limit: 50, ...token ? { nextToken: token } : {} }, signal), 'logGroups');
        if (!answer.ok) return answer;
        const names = answer.value.items.map(group => group.logGroupName);
        groups = names.slice(0, groupsMax);
        messages = names.length > groupsMax || !answer.value.isWhole ? [`searching the first ${groupsMax} log groups only`] : [];
        groupsAt = Date.now();
        return answer;
    }

    /** @returns the first error, or null when every group was searched */
    async function search(from, to, signal) {
        const answers = await Promise.all(groups.map(group => pages(token => call('logs', 'FilterLogEvents', {
            logGroupName: group, filterPattern: pattern, startTime: from, endTime: to, limit: pageEvents, ...token ? { nextToken: token } : {},
        }, signal), 'events', 6).then(answer => ({ group, answer }))));
        for (const { group, answer } of answers) {
            // A group deleted since it was listed is no error.
            if (!answer.ok && answer.error.code === 'ResourceNotFoundException') continue;
            if (!answer.ok) return answer;
            if (!answer.value.isWhole) messages = [`${group} has more errors than are read at once: the newest may be missing`];
            for (const event of answer.value.items) found.set(`${group}\u0000${event.eventId}`, { ...event, group, message: String(event.message ?? '') });
        }
        return null;
    }

    return useLive(async signal => {
        const now = Date.now(), { from, to } = bounds(now);
        if (rangeText.value !== forRange) { found = new Map(); reached = 0; forRange = rangeText.value; }
        if (groups.length === 0 || now - groupsAt > 30_000) {
            const listed = await listGroups(signal);
            if (!listed.ok) return listed;
        }
        const starts = reached > 0 ? [reached - overlapMilliseconds] : lookBack.map(length => to - length).filter(start => start > from).concat(from);
        for (const start of starts) {
            const failed = await search(Math.max(from, start), to + 1, signal);
            if (failed) return failed;
            if (found.size >= shownMax) break;
        }
        reached = to;
        const events = [...found.values()].filter(event => event.timestamp >= from).sort((a, b) => b.timestamp - a.timestamp || (a.eventId < b.eventId ? 1 : -1)).slice(0, shownMax);
        found = new Map(events.map(event => [`${event.group}\u0000${event.eventId}`, event]));
        return { ok: true, value: { events, groups: groups.length, messages } };
    });
}

const noGroups = () => h(Teach, {
    what: 'No logs have arrived yet. Any CloudWatch Logs client can send them:',
    command: [
        awsCommand('logs create-log-group --log-group-name /demo/shop'),
        awsCommand('logs create-log-stream --log-group-name /demo/shop --log-stream-name one'),
        awsCommand('logs put-log-events --log-group-name /demo/shop --log-stream-name one', `--log-events timestamp=$(date +%s000),message='ERROR card declined'`),
    ].join('\n'),
});

const noErrors = groups => h('p', { class: 'calm' }, `No errors in ${plural(groups, 'log group')} in this time. Lines with ERROR, Exception, FATAL or "Task timed out" would appear here.`);

export function errorsCard(live, onTrace) {
    const data = live.data ?? { events: [], groups: 0, messages: [] };
    const note = data.groups > 0 ? `newest of ${plural(data.groups, 'log group')}` : undefined;
    return h(Card, { title: 'Newest errors', note, live, isEmpty: data.events.length === 0, messages: data.messages, onRetry: refresh }, {
        actions: () => h(CopyButton, { text: awsCommand('logs filter-log-events --log-group-name GROUP', `--filter-pattern '${pattern}'`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
        empty: () => data.groups === 0 ? noGroups() : noErrors(data.groups),
        default: () => h('ul', { class: 'logs', tabindex: 0, 'aria-label': 'Newest errors' }, data.events.map(event => h(LogRow, { key: `${event.group} ${event.eventId}`, event, onTrace }))),
    });
}
