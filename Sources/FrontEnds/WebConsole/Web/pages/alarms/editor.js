// Writing an alarm: what it watches, when it fires, who is told; and beside it what it would have done over the range.
import { computed, h, nextTick, reactive, ref } from '../../core/vue.js';
import { comparisons, draftMistakes, draftOf, draftOn, emptyDraft, missingTreatments, storeCall } from '../../core/alarmdraft.js';
import { isFlapping, previewAlarm } from '../../core/alarmpreview.js';
import { describeAlarm } from '../../core/alarms.js';
import { call } from '../../core/api.js';
import { milliseconds, plural, visible } from '../../core/format.js';
import { readQueries } from '../../core/graph.js';
import { refresh, useLive } from '../../core/live.js';
import { axis } from '../../core/metrics.js';
import { go, link, pathOf, route } from '../../core/router.js';
import { bounds, describeRange, range } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { Card, errorNote } from '../../parts/card.js';
import { field } from '../../parts/forms.js';
import { ChartPanel } from '../../parts/panel.js';
import { stateBadge } from '../../parts/state.js';
import { Swimlanes } from '../../parts/swimlanes.js';

const kinds = { metric: 'One metric', queries: 'An expression', composite: 'Other alarms' };
const statistics = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'tm99'];
/** A preview reads history, so it waits until somebody stops typing. */
const pauseMilliseconds = 500;

export const AlarmEditor = {
    props: { name: { type: String, default: null } },
    setup(props) {
        /** Fields that somebody has been in: an empty form is not scolded. */
        const touched = reactive(new Set());
        const draft = reactive(emptyDraft()), isReady = ref(props.name === null), isStoring = ref(false), failure = ref(null), asked = ref('');
        const queries = readQueries(route.query.q);
        if (queries.length > 0) Object.assign(draft, draftOn(queries, Number(route.query.period) || 60));
        const stored = props.name === null ? null : useLive(async signal => {
            const answer = await describeAlarm(props.name, signal);
            if (answer.ok && answer.value && !isReady.value) Object.assign(draft, draftOf(answer.value));
            isReady.value = isReady.value || answer.ok && Boolean(answer.value);
            return answer;
        }, () => props.name, { isRepeated: false });

        const mistakes = computed(() => draftMistakes(draft)), isWrong = computed(() => Object.values(mistakes.value).some(Boolean));
        /** The alarm as the preview takes it: a name is needed for it, not for what it shows. */
        const previewed = computed(() => {
            const { name, ...others } = mistakes.value;
            return isReady.value && !Object.values(others).some(Boolean) ? JSON.stringify(storeCall({ ...draft, name: draft.name.trim() || 'preview' }).input) : '';
        });
        let pause = 0;
        const wait = () => new Promise(resolve => { clearTimeout(pause); pause = setTimeout(resolve, pauseMilliseconds); });
        const preview = useLive(async signal => {
            const text = previewed.value;
            if (text === '') return { ok: true, value: { none: true } };
            if (asked.value !== '' && asked.value !== text) await wait();
            if (signal.aborted) return { ok: false, error: { operation: 'preview', code: 'Aborted', message: '', status: 0, requestId: null } };
            asked.value = text;
            const window = bounds(), answer = await previewAlarm(JSON.parse(text), window, signal);
            return answer.ok ? { ok: true, value: { ...answer.value, window } } : answer;
        }, () => previewed.value, { isRepeated: false });

        async function submit(event) {
            event.preventDefault();
            for (const name of Object.keys(draft)) touched.add(name);
            if (isWrong.value) return nextTick(() => document.querySelector('.alarmform .wrong')?.focus());
            isStoring.value = true;
            const { operation, input } = storeCall(draft), answer = await call('cloudwatch', operation, input);
            isStoring.value = false;
            failure.value = answer.ok ? null : answer.error;
            if (!answer.ok) return;
            say(`${input.AlarmName} is watched`);
            go(pathOf('/alarms', input.AlarmName));
        }

        const input = (name, label, more = {}) => field({ id: `alarm-${name}`, label, value: draft[name], mistake: touched.has(name) ? mistakes.value[name] ?? null : null, onBlur: () => { if (draft[name] !== '') touched.add(name); }, onInput: value => { draft[name] = value; touched.add(name); }, ...more });
        const subjects = {
            metric: () => [h('div', { class: 'fieldrow' }, [input('namespace', 'Namespace'), input('metric', 'Metric')]), h('div', { class: 'fieldrow' }, [input('stat', 'Statistic', { list: 'statistics' }), input('period', 'Period in seconds', { inputmode: 'numeric' })]), input('dimensions', 'Dimensions, one Name=Value a line', { rows: 2 })],
            queries: () => [input('queries', 'Queries and expressions', { rows: 12 })],
            composite: () => [input('rule', 'Fires while this holds', { rows: 4, hint: 'ALARM("one") AND NOT ALARM("two")' })],
        };
        const judgement = () => [
            h('div', { class: 'fieldrow' }, [input('comparison', 'Fires when it is', { options: comparisons }), input('threshold', 'Threshold', { inputmode: 'decimal' })]),
            h('div', { class: 'fieldrow' }, [input('points', 'In so many', { inputmode: 'numeric' }), input('of', 'of the last periods', { inputmode: 'numeric' })]),
            input('missing', 'Periods without data', { options: missingTreatments }),
        ];

        const form = () => h(Card, { title: 'Definition' }, { default: () => h('form', { class: 'alarmform', onSubmit: submit, novalidate: true }, [
            h('datalist', { id: 'statistics' }, statistics.map(value => h('option', { value }))),
            input('name', 'Name', props.name === null ? { autofocus: true } : { readonly: true }), input('description', 'Description, with a link to what to do', { rows: 2 }),
            props.name === null ? h('span', { class: 'segments', role: 'group', 'aria-label': 'It watches' }, Object.entries(kinds).map(([kind, label]) => h('button', { type: 'button', 'aria-pressed': String(draft.kind === kind), onClick: () => { draft.kind = kind; } }, label))) : null,
            ...subjects[draft.kind](), ...draft.kind === 'composite' ? [] : judgement(),
            input('alarmActions', 'Told when it fires, an ARN a line', { rows: 2 }), input('okActions', 'Told when it is over', { rows: 2 }), input('noDataActions', 'Told when there is no data', { rows: 2 }),
            failure.value ? errorNote(failure.value) : null,
            h('div', { class: 'buttons' }, [h('button', { type: 'submit', class: 'primary', disabled: isStoring.value }, props.name === null ? 'Create' : 'Save'), link(props.name === null ? '/alarms' : pathOf('/alarms', props.name), 'Leave it', { class: 'button plainbutton' })]),
        ]) });

        const chart = () => {
            const { points, period, window } = preview.data;
            if (points.length === 0) return null;
            const times = axis({ ...window, period }), at = new Map(points.map(point => [point.time, point])), values = name => times.map(time => at.get(time)?.[name] ?? null), hasBand = points.some(({ lower, upper }) => lower !== undefined || upper !== undefined);
            const series = [{ key: 'value', label: 'value', token: 's1', values: values('value') }, ...hasBand ? [{ key: 'lower', label: 'expected, low', token: 's6', values: values('lower') }, { key: 'upper', label: 'expected, high', token: 's6', values: values('upper') }] : []];
            return { times, period, window: { ...window, now: window.to }, shape: 'line', unit: 'None', series, thresholds: hasBand ? [] : [{ value: Number(draft.threshold), label: 'threshold' }] };
        };
        const said = () => {
            const { fired, stretches, window } = preview.data, firing = stretches.filter(({ state }) => state === 'ALARM').reduce((sum, { from, to }) => sum + to - from, 0);
            return h('p', { class: 'sentence', role: 'status' }, [
                fired === 0 ? stateBadge('OK', 'It would not have fired') : stateBadge('ALARM', `It would have fired ${fired === 1 ? 'once' : `${fired} times`}`),
                ` in ${describeRange(range.value).toLowerCase()}${firing > 0 ? `, for ${milliseconds(firing)} in all` : ''}.`, isFlapping(preview.data, window) ? h('b', ` It changes ${plural(preview.data.changes, 'time')}: more periods or a wider threshold would calm it.`) : null,
            ]);
        };
        const previewCard = () => {
            if (preview.error?.status === 404) return h(Card, { title: 'On what was stored' }, { default: () => h('p', { class: 'calm' }, 'This server cannot say what an alarm would have done.') });
            if (preview.error && preview.error.code !== 'Aborted') return h(Card, { title: 'On what was stored', live: preview, onRetry: refresh }, { default: () => null });
            if (!preview.data || preview.data.none) return h(Card, { title: 'On what was stored' }, { default: () => h('p', { class: 'calm' }, 'What it would have done shows here once the fields make an alarm.') });
            return h(ChartPanel, { title: 'On what was stored', data: chart(), height: 220 }, {
                before: said, after: () => h('div', { class: 'aligned' }, h(Swimlanes, { window: preview.data.window, lanes: [{ key: 'state', label: 'State', name: 'State', stretches: preview.data.stretches }] })),
            });
        };

        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [h('h1', props.name === null ? 'New alarm' : ['Edit ', h('bdi', visible(props.name, 255))]), link('/alarms', 'All alarms')]),
            !isReady.value ? h(Card, { title: 'Alarm', live: stored, isEmpty: true, onRetry: refresh }, { default: () => null, empty: () => h('p', { class: 'calm' }, 'There is no alarm of this name here.') })
                : h('div', { class: 'pair' }, [form(), previewCard()]),
        ]);
    },
};
