// Puts what a panel shows onto a dashboard: one there is, or a new one.
import { computed, h, onMounted, ref, shallowRef } from '../core/vue.js';
import { call, pages } from '../core/api.js';
import { addToDashboard } from '../core/draft.js';
import { go, pathOf } from '../core/router.js';
import { scope } from '../core/scope.js';
import { say } from '../core/toasts.js';
import { Dialog } from './dialog.js';
import { field } from './forms.js';

/** Source: CloudWatch API reference, PutDashboard. */
export const dashboardNameMistake = name => /^[A-Za-z0-9_-]{1,255}$/.test(name) ? null : 'Up to 255 letters, digits, - and _.';

const views = { number: 'singleValue', pie: 'pie' };

/** The widget of a graph: its queries as CloudWatch writes them. @param {import('../core/graph.js').GraphQuery[]} queries */
export function metricWidget(title, queries, { shape = 'line', period } = {}) {
    const metrics = queries.map(({ id, metric, stat, expression, label, isHidden }) => {
        const look = { id, ...label ? { label } : {}, ...isHidden ? { visible: false } : {} };
        return metric ? [metric.Namespace, metric.MetricName, ...metric.Dimensions.flatMap(({ Name, Value }) => [Name, Value]), { ...look, stat }] : [{ ...look, expression }];
    });
    return { type: 'metric', width: 12, height: 6, properties: { title, metrics, view: views[shape] ?? 'timeSeries', stacked: shape === 'area', region: scope.value.region, ...period ? { period } : {}, ...shape === 'heat' ? { groundwatch: { view: 'heat' } } : {} } };
}

export const AddToDashboard = {
    props: { widget: { type: Object, required: true } },
    emits: ['close'],
    setup(props, { emit }) {
        const name = ref(''), known = shallowRef([]), isStoring = ref(false), failure = ref(null);
        const mistake = computed(() => name.value === '' ? null : dashboardNameMistake(name.value));
        onMounted(async () => {
            const answer = await pages(token => call('cloudwatch', 'ListDashboards', token ? { NextToken: token } : {}), 'DashboardEntries');
            if (answer.ok) known.value = answer.value.items.map(({ DashboardName }) => DashboardName);
        });
        async function submit(event, close) {
            event.preventDefault();
            if (mistake.value || name.value === '') return;
            isStoring.value = true;
            const answer = await addToDashboard(name.value, props.widget);
            isStoring.value = false;
            if (!answer.ok) { failure.value = answer.error.message; return; }
            say(`Added to ${name.value}`);
            close();
            go(pathOf('/dashboards', name.value));
        }
        return () => h(Dialog, { title: 'Add to a dashboard', look: 'sheet', onClose: () => emit('close') }, ({ close }) => h('form', { class: 'timesheet', onSubmit: event => submit(event, close) }, [
            field({ id: 'dashboardname', label: 'Dashboard', value: name.value, mistake: failure.value ?? mistake.value, hint: known.value.includes(name.value) ? 'It goes below what is there.' : name.value ? 'A new dashboard of this name.' : 'One there is, or the name of a new one.', list: 'dashboardnames', autofocus: true, onInput: value => { name.value = value.trim(); failure.value = null; } }),
            h('datalist', { id: 'dashboardnames' }, known.value.map(value => h('option', { value }))),
            h('div', h('button', { type: 'submit', class: 'primary', disabled: isStoring.value || name.value === '' || Boolean(mistake.value) }, 'Add')),
        ]));
    },
};
