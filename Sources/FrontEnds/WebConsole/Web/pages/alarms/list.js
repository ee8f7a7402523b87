// Alarms: what fires now, and when each changed its state in the range.
import { computed, h, ref } from '../../core/vue.js';
import { alarmHistory, condition, since, stretches, useAlarms } from '../../core/alarms.js';
import { number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { go, link, pathOf, route, setQuery } from '../../core/router.js';
import { ago, bounds, moment, useNow } from '../../core/time.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { icon } from '../../parts/icons.js';
import { stateBadge } from '../../parts/state.js';
import { Swimlanes } from '../../parts/swimlanes.js';
import { by, Table } from '../../parts/table.js';
import { teachAlarms } from '../../parts/teachings.js';
import { AlarmEditor } from './editor.js';

const filters = { '': 'All', ALARM: 'In alarm', OK: 'OK', INSUFFICIENT_DATA: 'No data' };
const lanesMax = 30, historyPagesMax = 5;
const rank = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };

const columnsAt = now => [
    { key: 'state', name: 'State', width: '100px', compare: by(alarm => rank[alarm.StateValue] ?? 3), cell: alarm => stateBadge(alarm.StateValue) },
    { key: 'name', name: 'Alarm', width: 'minmax(200px, 3fr)', compare: by(alarm => alarm.AlarmName), cell: alarm => link(pathOf('/alarms', alarm.AlarmName), h('bdi', visible(alarm.AlarmName, 255)), { tabindex: -1 }) },
    { key: 'condition', name: 'Fires when', width: 'minmax(240px, 4fr)', cell: alarm => h('bdi', { class: 'meta' }, condition(alarm)) },
    { key: 'since', name: 'Since', width: '110px', compare: by(alarm => since(alarm)), cell: alarm => h('time', { title: moment(since(alarm)) }, ago(since(alarm), now)) },
    { key: 'actions', name: 'Actions', width: '90px', isRight: true, compare: by(alarm => (alarm.AlarmActions ?? []).length), cell: alarm => alarm.ActionsEnabled === false ? 'off' : number((alarm.AlarmActions ?? []).length) },
];

const List = {
    setup() {
        const live = useAlarms(), now = useNow(), text = ref(route.query.f ?? '');
        const changes = useLive(async signal => {
            const { from, to } = bounds();
            const [answer, made] = await Promise.all([alarmHistory({ kind: 'StateUpdate', from, to }, historyPagesMax, signal), alarmHistory({ kind: 'ConfigurationUpdate', from, to }, 1, signal)]);
            if (!answer.ok || !made.ok) return answer.ok ? made : answer;
            return { ok: true, value: { items: [...answer.value.items, ...made.value.items], isWhole: answer.value.isWhole, window: { from, to } } };
        }, () => null, { every: 10_000 });
        const all = computed(() => live.data?.alarms ?? []);
        const shown = computed(() => all.value.filter(alarm => (!route.query.state || alarm.StateValue === route.query.state)
            && `${alarm.AlarmName} ${condition(alarm)} ${alarm.AlarmDescription ?? ''}`.toLowerCase().includes((route.query.f ?? '').toLowerCase())));
        const count = state => all.value.filter(alarm => !state || alarm.StateValue === state).length;

        const lanes = () => shown.value.slice(0, lanesMax).map(alarm => ({
            key: alarm.AlarmName, label: alarm.AlarmName, name: link(pathOf('/alarms', alarm.AlarmName), h('bdi', visible(alarm.AlarmName, 120)), { title: visible(alarm.AlarmName, 255) }),
            // Before it was made an alarm had no state.
            stretches: stretches(changes.data.items.filter(item => item.AlarmName === alarm.AlarmName), alarm.StateValue, changes.data.window),
        }));
        const timelineMessages = () => [
            ...shown.value.length > lanesMax ? [`the first ${lanesMax} of ${plural(shown.value.length, 'alarm')}`] : [], ...changes.data && !changes.data.isWhole ? ['only the newest 500 changes are drawn'] : [],
        ];

        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [
                h('h1', 'Alarms'),
                h('span', { class: 'segments', role: 'group', 'aria-label': 'State' }, Object.entries(filters).map(([state, label]) => h('button', {
                    type: 'button', 'aria-pressed': String((route.query.state ?? '') === state), onClick: () => setQuery({ state }),
                }, `${label} ${number(count(state))}`))),
                h('input', {
                    class: 'field', 'data-filter': true, 'aria-label': 'Filter alarms', placeholder: 'Part of a name', value: text.value, spellcheck: false,
                    onInput: event => { text.value = event.target.value; setQuery({ f: text.value.trim() }, { replace: true }); },
                }),
                link('/alarms', [icon('plus'), 'New'], { query: { new: '1' }, class: 'button plainbutton' }),
            ]),
            h(Card, {
                title: 'Alarms', note: live.data ? plural(shown.value.length, 'alarm') : undefined, live, isEmpty: shown.value.length === 0, onRetry: refresh, messages: live.data && !live.data.isWhole ? ['only the first 400 are shown'] : [],
            }, {
                actions: () => h(CopyButton, { text: awsCommand('cloudwatch describe-alarms'), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                empty: () => all.value.length === 0 ? teachAlarms() : h('p', { class: 'calm' }, `None of ${plural(all.value.length, 'alarm')} is like that.`),
                default: () => h(Table, { label: 'Alarms', rows: shown.value, columns: columnsAt(now.value), height: 420, lookOf: alarm => alarm.StateValue === 'ALARM' ? 'bad' : null, onChoose: alarm => go(pathOf('/alarms', alarm.AlarmName)) }),
            }),
            shown.value.length > 0 ? h(Card, { title: 'States over time', live: changes, messages: timelineMessages(), onRetry: refresh }, { default: () => h(Swimlanes, { lanes: lanes(), window: changes.data.window }) }) : null,
        ]);
    },
};

export const Alarms = { setup: () => () => route.query.new ? h(AlarmEditor) : h(List) };
