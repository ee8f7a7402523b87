// New lines as they arrive, newest first, with an optional filter pattern.
import { h, ref } from '../../core/vue.js';
import { plural } from '../../core/format.js';
import { refresh } from '../../core/live.js';
import { namedGroups } from '../../core/loggroups.js';
import { useLogTail } from '../../core/logtail.js';
import { go, pathOf, route, setQuery } from '../../core/router.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { LogRow } from '../../parts/logrow.js';

const shownMax = 300, everyMilliseconds = 2000;

export const Tail = {
    setup() {
        const pattern = ref(route.query.f ?? '');
        const live = useLogTail(() => ({
            groups: namedGroups.value, pattern: route.query.f ?? '', shownMax, lookBack: [15_000, 60_000, 300_000, 1_800_000, 86_400_000], pageEvents: 2000, groupsMax: 50,
        }), { every: everyMilliseconds });
        function submit(event) {
            event.preventDefault();
            setQuery({ f: pattern.value });
        }
        return () => {
            const { events, groups, messages } = live.data ?? { events: [], groups: 0, messages: [] };
            return h(Card, { title: 'New lines', note: groups > 0 ? `newest ${events.length} of ${plural(groups, 'group')}` : undefined, live, isEmpty: events.length === 0, messages, onRetry: refresh }, {
                actions: () => [
                    h('form', { class: 'filterform', onSubmit: submit }, [
                        h('input', { class: 'field', 'data-filter': true, 'aria-label': 'Filter pattern', placeholder: 'ERROR, ?a ?b, { $.level = "ERROR" }', value: pattern.value, spellcheck: false, onInput: event => { pattern.value = event.target.value; } }),
                        h('button', { type: 'submit', class: 'plain' }, 'Filter'),
                    ]),
                    h(CopyButton, { text: awsCommand(`logs filter-log-events --log-group-name ${namedGroups.value[0] ?? 'GROUP'}`, ...route.query.f ? [`--filter-pattern '${route.query.f.replaceAll("'", `'\\''`)}'`] : []), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                ],
                empty: () => h('p', { class: 'calm' }, 'No line of this time matches. New ones appear here by themselves.'),
                default: () => h('ul', { class: 'logs tall', tabindex: 0, 'aria-label': 'New lines' }, events.map(event => h(LogRow, { key: `${event.group} ${event.eventId}`, event, onTrace: id => go(pathOf('/traces', id)) }))),
            });
        };
    },
};
