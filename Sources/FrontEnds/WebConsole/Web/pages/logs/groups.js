// The log groups: how much they hold, and for how long.
import { computed, h, ref } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { bytes, number, plural, visible } from '../../core/format.js';
import { refresh } from '../../core/live.js';
import { retentions, retentionText } from '../../core/loggroups.js';
import { link } from '../../core/router.js';
import { moment } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { by, Table } from '../../parts/table.js';

async function setRetention(group, days) {
    const answer = days > 0
        ? await call('logs', 'PutRetentionPolicy', { logGroupName: group.logGroupName, retentionInDays: days })
        : await call('logs', 'DeleteRetentionPolicy', { logGroupName: group.logGroupName });
    say(answer.ok ? `${group.logGroupName} is kept ${retentionText(days)}` : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
    refresh();
}

const retentionSelect = group => h('select', {
    'aria-label': `Retention of ${visible(group.logGroupName, 120)}`, value: String(group.retentionInDays ?? 0),
    onChange: event => setRetention(group, Number(event.target.value)),
}, [0, ...retentions].map(days => h('option', { value: String(days) }, retentionText(days))));

const columns = [
    { key: 'name', name: 'Group', width: 'minmax(220px, 4fr)', compare: by(group => group.logGroupName), cell: group => link('/logs', visible(group.logGroupName, 200), { query: { g: group.logGroupName }, title: 'Search it' }) },
    { key: 'stored', name: 'Stored', width: '100px', isRight: true, compare: by(group => group.storedBytes ?? 0), cell: group => bytes(group.storedBytes ?? 0) },
    { key: 'retention', name: 'Kept', width: '120px', compare: by(group => group.retentionInDays ?? 1e9), cell: retentionSelect },
    { key: 'filters', name: 'Metric filters', width: '110px', isRight: true, compare: by(group => group.metricFilterCount ?? 0), cell: group => number(group.metricFilterCount ?? 0) },
    { key: 'made', name: 'Made', width: '150px', compare: by(group => group.creationTime), cell: group => moment(group.creationTime) },
    { key: 'tail', name: 'Follow', width: '80px', cell: group => link('/logs', 'Tail', { query: { g: group.logGroupName, view: 'tail' }, 'aria-label': `Tail ${visible(group.logGroupName, 120)}` }) },
];

export const Groups = {
    props: { live: { type: Object, required: true } },
    setup(props) {
        const text = ref('');
        const groups = computed(() => (props.live.data?.items ?? []).filter(group => group.logGroupName.toLowerCase().includes(text.value.trim().toLowerCase())));
        return () => h(Card, {
            title: 'Log groups', note: plural(groups.value.length, 'group'), live: props.live, onRetry: refresh,
            messages: props.live.data && !props.live.data.isWhole ? ['only the first 1,000 groups are listed'] : [],
        }, {
            actions: () => [
                h('input', { class: 'field', 'data-filter': true, 'aria-label': 'Filter the groups', placeholder: 'Part of a name', value: text.value, spellcheck: false, onInput: event => { text.value = event.target.value; } }),
                h(CopyButton, { text: awsCommand('logs describe-log-groups'), label: 'Copy as aws-cli command', symbol: 'terminal' }),
            ],
            default: () => h(Table, { label: 'Log groups', rows: groups.value, columns, height: 640 }),
        });
    },
};
