// The dashboards there are.
import { computed, h, ref } from '../../core/vue.js';
import { call, pages } from '../../core/api.js';
import { bytes, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { go, link, pathOf } from '../../core/router.js';
import { moment } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { dashboardNameMistake } from '../../parts/addtodashboard.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Dialog } from '../../parts/dialog.js';
import { field } from '../../parts/forms.js';
import { awsCommand, Card, CopyButton, Teach } from '../../parts/card.js';
import { icon } from '../../parts/icons.js';
import { by, Table } from '../../parts/table.js';

async function remove(entry) {
    const answer = await call('cloudwatch', 'DeleteDashboards', { DashboardNames: [entry.DashboardName] });
    say(answer.ok ? `${entry.DashboardName} was removed` : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
    refresh();
}

const columns = [
    { key: 'name', name: 'Dashboard', width: 'minmax(200px, 4fr)', compare: by(entry => entry.DashboardName), cell: entry => link(pathOf('/dashboards', entry.DashboardName), h('bdi', visible(entry.DashboardName, 255)), { tabindex: -1 }) },
    { key: 'changed', name: 'Changed', width: '160px', compare: by(entry => entry.LastModified ?? 0), cell: entry => h('time', entry.LastModified ? moment(entry.LastModified * 1000) : '–') },
    { key: 'size', name: 'Size', width: '100px', isRight: true, compare: by(entry => entry.Size ?? 0), cell: entry => bytes(entry.Size ?? 0) },
    { key: 'remove', name: 'Remove', isNameless: true, width: '44px', cell: entry => h(ConfirmButton, { label: `Remove ${visible(entry.DashboardName, 120)}`, symbol: 'close', onConfirm: () => remove(entry) }) },
];

const teach = () => h(Teach, {
    what: 'No dashboards are stored. A body made for CloudWatch can be put as it is:',
    command: awsCommand('cloudwatch put-dashboard --dashboard-name shop', `--dashboard-body '{"widgets":[{"type":"metric","width":12,"height":6,"properties":{"title":"Tickets sold","metrics":[["EventPro","TicketsSold"]],"stat":"Sum","period":60}}]}'`),
});

const NewDashboard = {
    emits: ['close'],
    setup(_, { emit }) {
        const name = ref(''), mistake = computed(() => name.value === '' ? null : dashboardNameMistake(name.value));
        const submit = event => {
            event.preventDefault();
            if (name.value !== '' && !mistake.value) go(pathOf('/dashboards', name.value), { edit: 'new' });
        };
        return () => h(Dialog, { title: 'New dashboard', look: 'sheet', onClose: () => emit('close') }, () => h('form', { class: 'timesheet', onSubmit: submit }, [
            field({ id: 'newname', label: 'Name', value: name.value, mistake: mistake.value, autofocus: true, onInput: value => { name.value = value.trim(); } }),
            h('div', h('button', { type: 'submit', class: 'primary', disabled: name.value === '' || Boolean(mistake.value) }, 'Make it')),
        ]));
    },
};

export const Dashboards = {
    setup() {
        const text = ref(''), isNaming = ref(false);
        const live = useLive(signal => pages(token => call('cloudwatch', 'ListDashboards', token ? { NextToken: token } : {}, signal), 'DashboardEntries', 10), () => null, { every: 15_000 });
        const shown = computed(() => (live.data?.items ?? []).filter(entry => entry.DashboardName.toLowerCase().includes(text.value.trim().toLowerCase())));
        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [h('h1', 'Dashboards'), h('input', { class: 'field', 'data-filter': true, 'aria-label': 'Filter dashboards', placeholder: 'Part of a name', value: text.value, spellcheck: false, onInput: event => { text.value = event.target.value; } }), h('button', { type: 'button', class: 'plain', onClick: () => { isNaming.value = true; } }, [icon('plus'), 'New'])]),
            isNaming.value ? h(NewDashboard, { onClose: () => { isNaming.value = false; } }) : null,
            h(Card, { title: 'Dashboards', note: live.data ? plural(shown.value.length, 'dashboard') : undefined, live, isEmpty: shown.value.length === 0, onRetry: refresh }, {
                actions: () => h(CopyButton, { text: awsCommand('cloudwatch list-dashboards'), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                empty: () => (live.data?.items.length ?? 0) > 0 ? h('p', { class: 'calm' }, 'None has such a name.') : teach(),
                default: () => h(Table, { label: 'Dashboards', rows: shown.value, columns, height: 640, onChoose: entry => go(pathOf('/dashboards', entry.DashboardName)) }),
            }),
        ]);
    },
};
