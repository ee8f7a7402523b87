// The newest error lines of every log group.
import { h } from '../../core/vue.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { LogRow } from '../../parts/logrow.js';
import { plural } from '../../core/format.js';
import { refresh } from '../../core/live.js';
import { useLogTail } from '../../core/logtail.js';
import { link } from '../../core/router.js';
import { teachLogs } from '../../parts/teachings.js';

/** Any of these words, as the filter syntax writes "or". */
const pattern = '?ERROR ?Exception ?FATAL ?"Task timed out"';

const subject = { groups: [], pattern, shownMax: 60, lookBack: [300_000, 3_600_000, 86_400_000], pageEvents: 500, groupsMax: 30 };

export const useErrors = () => useLogTail(() => subject);

const noErrors = groups => h('p', { class: 'calm' }, `No errors in ${plural(groups, 'log group')} in this time. Lines with ERROR, Exception, FATAL or "Task timed out" would appear here.`);

export function errorsCard(live, onTrace) {
    const data = live.data ?? { events: [], groups: 0, messages: [] };
    const note = data.groups > 0 ? `newest of ${plural(data.groups, 'log group')}` : undefined;
    return h(Card, { title: 'Newest errors', note, live, isEmpty: data.events.length === 0, messages: data.messages, onRetry: refresh }, {
        actions: () => [link('/logs', 'Search logs', { class: 'meta' }), h(CopyButton, { text: awsCommand('logs filter-log-events --log-group-name GROUP', `--filter-pattern '${pattern}'`), label: 'Copy as aws-cli command', symbol: 'terminal' })],
        empty: () => data.groups === 0 ? teachLogs() : noErrors(data.groups),
        default: () => h('ul', { class: 'logs', tabindex: 0, 'aria-label': 'Newest errors' }, data.events.map(event => h(LogRow, { key: `${event.group} ${event.eventId}`, event, onTrace }))),
    });
}
