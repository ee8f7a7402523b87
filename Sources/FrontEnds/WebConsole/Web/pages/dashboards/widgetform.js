// Changing one widget: the fields that its kind has, or its properties as JSON. What a field does not show stays as it was.
import { computed, h, reactive, ref } from '../../core/vue.js';
import { field } from '../../parts/forms.js';
import { Dialog } from '../../parts/dialog.js';
import { markdown } from '../../parts/markdown.js';

const metricViews = { timeSeries: 'Lines', stacked: 'Stacked areas', heat: 'Heat map', singleValue: 'Numbers', gauge: 'Gauge', bar: 'Bars', pie: 'Pie', table: 'Table' };
const logViews = { table: 'Table', timeSeries: 'Lines', stacked: 'Stacked areas', bar: 'Bars', pie: 'Pie' };

const parse = text => { try { return { value: JSON.parse(text) }; } catch (problem) { return { mistake: problem.message }; } };
const listMistake = text => { const { value, mistake } = parse(text); return mistake ?? (Array.isArray(value) ? null : 'This is a list of metrics: [["Namespace", "Metric", "Dimension", "Value"]]'); };
const numberMistake = text => text === '' || Number.isInteger(Number(text)) && Number(text) > 0 ? null : 'A whole number of seconds.';
/** A metric a line. */
const metricLines = metrics => Array.isArray(metrics) && metrics.length > 0 ? `[\n  ${metrics.map(metric => JSON.stringify(metric)).join(',\n  ')}\n]` : '[]';
const lines = text => text.split('\n').map(line => line.trim()).filter(Boolean);

/** Our own view is written under our own key, the others where CloudWatch has them. */
const metricView = ({ view, stacked, groundwatch }) => groundwatch?.view === 'heat' ? 'heat' : (view ?? 'timeSeries') === 'timeSeries' && stacked === true ? 'stacked' : view ?? 'timeSeries';
function withMetricView({ groundwatch, ...properties }, view) {
    const { view: _, ...ours } = groundwatch ?? {}, rest = view === 'heat' ? { ...ours, view: 'heat' } : ours;
    return { ...properties, view: ['heat', 'stacked'].includes(view) ? 'timeSeries' : view, stacked: view === 'stacked', ...Object.keys(rest).length > 0 ? { groundwatch: rest } : {} };
}

/** For each type: what its fields are at first, the fields, what is wrong with them, and the properties that come of them. */
const forms = {
    metric: {
        read: properties => ({ title: String(properties.title ?? ''), view: metricView(properties), stat: String(properties.stat ?? 'Average'), period: String(properties.period ?? ''), metrics: metricLines(properties.metrics ?? []) }),
        fields: [['title', { label: 'Title' }], ['view', { label: 'View', options: metricViews }], ['stat', { label: 'Statistic', list: 'statistics' }], ['period', { label: 'Period in seconds', inputmode: 'numeric', hint: 'empty: what fits the range' }], ['metrics', { label: 'Metrics', rows: 10 }]],
        mistakes: draft => ({ metrics: listMistake(draft.metrics), period: numberMistake(draft.period) }),
        write: ({ period: _, ...properties }, draft) => withMetricView({ ...properties, title: draft.title, stat: draft.stat, metrics: JSON.parse(draft.metrics), ...draft.period ? { period: Number(draft.period) } : {} }, draft.view),
    },
    text: {
        read: ({ markdown: text }) => ({ text: String(text ?? '') }), fields: [['text', { label: 'Markdown', rows: 14 }]], mistakes: () => ({}), write: (properties, draft) => ({ ...properties, markdown: draft.text }),
    },
    log: {
        read: ({ title, query, view }) => ({ title: String(title ?? ''), view: view ?? 'table', query: String(query ?? '') }),
        fields: [['title', { label: 'Title' }], ['view', { label: 'View', options: logViews }], ['query', { label: 'Query', rows: 8, hint: 'It begins with the log groups: SOURCE \'/aws/lambda/shop\' | fields @timestamp, @message' }]],
        mistakes: ({ query }) => ({ query: /^\s*SOURCE\s+['"]/i.test(query) ? null : 'It begins with SOURCE and the name of a log group in quotes.' }),
        write: (properties, draft) => ({ ...properties, ...draft }),
    },
    alarm: {
        read: ({ title, alarms, groundwatch }) => ({ title: String(title ?? ''), alarms: (Array.isArray(alarms) ? alarms : []).join('\n'), view: groundwatch?.view === 'timeline' ? 'timeline' : 'now' }),
        fields: [['title', { label: 'Title' }], ['view', { label: 'View', options: { now: 'States now', timeline: 'States over time' } }], ['alarms', { label: 'ARNs of alarms, one a line', rows: 8 }]],
        mistakes: ({ alarms }) => ({ alarms: lines(alarms).every(line => /^arn:.+:alarm:.+/.test(line)) ? null : 'An ARN looks like arn:aws:cloudwatch:us-east-1:000000000000:alarm:NAME.' }),
        write: ({ groundwatch: _, ...properties }, draft) => ({ ...properties, title: draft.title, alarms: lines(draft.alarms), ...draft.view === 'timeline' ? { groundwatch: { view: 'timeline' } } : {} }),
    },
};

const jsonMistake = text => { const { value, mistake } = parse(text); return mistake ?? (value !== null && typeof value === 'object' && !Array.isArray(value) ? null : 'Properties are an object: {…}'); };

export const WidgetForm = {
    props: { widget: { type: Object, required: true } },
    emits: ['save', 'close'],
    setup(props, { emit }) {
        const form = forms[props.widget.type], isJSON = ref(!form), draft = reactive(form ? form.read(props.widget.properties) : {}), json = ref(JSON.stringify(props.widget.properties, null, 2));
        const mistakes = computed(() => isJSON.value ? { json: jsonMistake(json.value) } : form.mistakes(draft)), isWrong = computed(() => Object.values(mistakes.value).some(Boolean));
        const properties = () => isJSON.value ? JSON.parse(json.value) : form.write(props.widget.properties, { ...draft });
        function switchForm(next) {
            if (next === isJSON.value || isWrong.value) return;
            if (next) json.value = JSON.stringify(properties(), null, 2); else Object.assign(draft, form.read(JSON.parse(json.value)));
            isJSON.value = next;
        }
        const submit = (event, close) => {
            event.preventDefault();
            if (isWrong.value) return;
            emit('save', properties());
            close();
        };
        return () => h(Dialog, { title: `Widget: ${props.widget.type}`, onClose: () => emit('close') }, ({ close }) => h('form', { class: 'drawerbody form', onSubmit: event => submit(event, close) }, [
            form ? h('span', { class: 'segments', role: 'group', 'aria-label': 'Form' }, [[false, 'Fields'], [true, 'JSON']].map(([value, label]) => h('button', { type: 'button', 'aria-pressed': String(isJSON.value === value), onClick: () => switchForm(value) }, label))) : null,
            ...isJSON.value
                ? [field({ id: 'widgetjson', label: 'Properties', value: json.value, rows: 24, mistake: mistakes.value.json, onInput: value => { json.value = value; } })]
                : form.fields.map(([name, look], index) => field({ ...look, id: `widget-${name}`, value: draft[name], mistake: mistakes.value[name] ?? null, autofocus: index === 0, onInput: value => { draft[name] = value; } })),
            !isJSON.value && props.widget.type === 'text' ? h('section', { class: 'widget text card', 'aria-label': 'Preview' }, markdown(draft.text)) : null,
            h('div', { class: 'buttons' }, [h('button', { type: 'submit', class: 'primary', disabled: isWrong.value }, 'Apply'), h('button', { type: 'button', class: 'plain', onClick: close }, 'Leave it')]),
        ]));
    },
};

/** What a new widget of each kind is at first. */
export const newWidgets = {
    metric: () => ({ type: 'metric', width: 12, height: 6, properties: { title: 'New chart', view: 'timeSeries', stat: 'Sum', region: 'us-east-1', metrics: [['EventPro', 'TicketsSold']] } }),
    log: () => ({ type: 'log', width: 12, height: 6, properties: { title: 'New query', view: 'table', region: 'us-east-1', query: "SOURCE '/aws/lambda/shop' | fields @timestamp, @message | sort @timestamp desc | limit 100" } }),
    alarm: () => ({ type: 'alarm', width: 12, height: 4, properties: { title: 'Alarms', alarms: [] } }),
    text: () => ({ type: 'text', width: 24, height: 3, properties: { markdown: '# New text' } }),
};
