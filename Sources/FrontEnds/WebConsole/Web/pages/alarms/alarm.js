// One alarm and its evidence: what it says and why, the figures against the threshold, the datapoints it counts, what happened
// to it, who is told, and whom that reached.
import { computed, h, ref } from '../../core/vue.js';
import { alarmHistory, describeAlarm, parse, periodOf, queriesOf, sentence, since, stretches, thresholdText, unitOf, verdict } from '../../core/alarms.js';
import { call } from '../../core/api.js';
import { quantity, visible } from '../../core/format.js';
import { comparison } from '../../core/compare.js';
import { comparedGraph, graphData, request } from '../../core/graph.js';
import { refresh, useLive } from '../../core/live.js';
import { alarmsIn, readRule } from '../../core/alarmrule.js';
import { go, link, pathOf, route } from '../../core/router.js';
import { ago, bounds, clock, fullMoment, moment, periodFor, useNow } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { colorTokens } from '../../parts/colors.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { icon } from '../../parts/icons.js';
import { JSONTree } from '../../parts/jsontree.js';
import { linked } from '../../parts/linked.js';
import { ChartPanel } from '../../parts/panel.js';
import { ruleTree } from '../../parts/ruletree.js';
import { stateBadge } from '../../parts/state.js';
import { Swimlanes } from '../../parts/swimlanes.js';
import { Deliveries } from './deliveries.js';
import { AlarmEditor } from './editor.js';
import { Mutes } from './mutes.js';

const pointsMax = 3000, historyPagesMax = 3, eventsMax = 100;

/** The graph of the range, in the alarm's own period where that is not too fine. */
function windowOf(alarm) {
    const now = Date.now(), { from, to } = bounds(now), own = periodOf(alarm);
    return { from, to, now, period: (to - from) / 1000 / own <= pointsMax ? own : periodFor({ from, to }) };
}

/** The newest complete periods that the alarm looks at, oldest first: `{ time, value, isBreaching }`. */
async function newestPoints(alarm, signal) {
    const period = periodOf(alarm), now = Date.now(), to = Math.floor(now / period / 1000) * period * 1000;
    const answer = await graphData(queriesOf(alarm), { from: to - alarm.EvaluationPeriods * period * 1000, to, now, period }, signal);
    if (!answer.ok) return answer;
    const [series] = answer.value.series;
    return { ok: true, value: answer.value.times.map((time, index) => ({ time, value: series?.values[index] ?? null, isBreaching: verdict(alarm, series?.values[index]) })) };
}

function strip(points, alarm) {
    const look = ({ isBreaching }) => isBreaching === null ? 'missing' : isBreaching ? 'breaching' : 'good';
    const word = ({ isBreaching }) => isBreaching === null ? 'missing' : isBreaching ? 'breaching' : 'good', breaching = points.filter(({ isBreaching }) => isBreaching).length;
    return h('div', { class: 'strip' }, [
        h('ol', { 'aria-label': 'Datapoints, oldest first' }, points.map(point => h('li', { key: point.time, class: look(point), title: `${clock(point.time)}: ${point.value === null ? 'no data' : quantity(point.value, unitOf(alarm))}, ${word(point)}` }, [
            h('i', { 'aria-hidden': 'true' }), h('span', { class: 'unseen' }, `${clock(point.time)} ${point.value === null ? 'no data' : quantity(point.value, unitOf(alarm))} ${word(point)}`),
        ]))),
        h('p', { class: 'meta' }, `${points.length === 1 ? `The last period ${points[0].isBreaching === null ? 'has no data' : breaching ? 'breaches' : 'is good'}` : `${breaching} of the last ${points.length} periods breach, ${alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods} are needed`}. Filled: breaching · outlined: good · hatched: no data.`),
    ]);
}

/** A composite alarm with its rule as a tree and the states of the alarms in it. */
async function composite(alarm, signal) {
    const rule = readRule(alarm.AlarmRule), names = rule ? alarmsIn(rule).slice(0, 100) : [];
    const answer = names.length > 0 ? await call('cloudwatch', 'DescribeAlarms', { AlarmNames: names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 }, signal) : { ok: true, value: {} };
    if (!answer.ok) return answer;
    return { ok: true, value: { alarm, rule, states: new Map([...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []].map(({ AlarmName, StateValue }) => [AlarmName, StateValue])) } };
}

const Evidence = {
    props: { name: { type: String, required: true } },
    setup(props) {
        const now = useNow(), reason = ref('');
        const live = useLive(async signal => {
            const answer = await describeAlarm(props.name, signal);
            if (!answer.ok || !answer.value) return answer.ok ? { ok: true, value: { alarm: null } } : answer;
            if (answer.value.AlarmRule !== undefined) return composite(answer.value, signal);
            const alarm = answer.value, window = windowOf(alarm);
            const [graph, points] = await Promise.all([comparedGraph(queriesOf(alarm), window, signal), newestPoints(alarm, signal)]);
            if (!graph.ok) return graph;
            return points.ok ? { ok: true, value: { alarm, window, graph: graph.value, points: points.value } } : points;
        }, () => [props.name, comparison.value?.words].join('\u0000'));
        const past = useLive(async signal => {
            const { from, to } = bounds(), answer = await alarmHistory({ name: props.name }, historyPagesMax, signal);
            return answer.ok ? { ok: true, value: { ...answer.value, window: { from, to } } } : answer;
        }, () => props.name, { every: 10_000 });

        const alarm = computed(() => live.data?.alarm ?? null);
        const data = computed(() => {
            if (!live.data?.graph) return null;
            const { graph, window } = live.data, tokens = colorTokens(graph.series.filter(({ isGhost }) => !isGhost).map(({ identity }) => identity));
            return { times: graph.times, period: window.period, window, shape: 'line', unit: unitOf(alarm.value), series: graph.series.map(series => ({ ...series, token: tokens.get(series.identity) ?? 's1' })), thresholds: [{ value: alarm.value.Threshold, label: 'threshold' }] };
        });

        async function act(operation, input, done) {
            const answer = await call('cloudwatch', operation, input);
            say(answer.ok ? done : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
            refresh();
        }
        async function remove() {
            const answer = await call('cloudwatch', 'DeleteAlarms', { AlarmNames: [props.name] });
            say(answer.ok ? `${props.name} was deleted` : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
            if (answer.ok) go('/alarms');
        }
        const setState = state => act('SetAlarmState', { AlarmName: props.name, StateValue: state, StateReason: reason.value || 'Set by hand from the console' }, `The alarm was set to ${state}`);

        const why = () => h(Card, { title: 'Why', live, onRetry: refresh }, { default: () => [
            h('p', { class: 'sentence' }, sentence(alarm.value)),
            h('p', { class: 'because' }, [stateBadge(alarm.value.StateValue), ' ', visible(alarm.value.StateReason || 'No reason was given.', 1500)]),
            live.data.points ? strip(live.data.points, alarm.value) : null,
            live.data.rule ? ruleTree({ rule: live.data.rule, stateOf: name => live.data.states.get(name) }) : null,
            alarm.value.AlarmDescription ? h('p', { class: 'meta' }, linked(alarm.value.AlarmDescription, 1500)) : null,
        ] });

        const evidence = () => h(ChartPanel, {
            title: 'Against the threshold', note: `threshold ${thresholdText(alarm.value)}`, data: data.value, height: 220, queries: queriesOf(alarm.value),
            call: () => ({ service: 'cloudwatch', operation: 'GetMetricData', input: request(queriesOf(alarm.value), live.data.window) }),
        }, {
            actions: () => h(CopyButton, { text: awsCommand(`cloudwatch describe-alarms --alarm-names '${props.name.replaceAll("'", `'\\''`)}'`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
            after: () => past.data ? h('div', { class: 'aligned' }, h(Swimlanes, { window: past.data.window, lanes: [{ key: 'state', label: 'State', name: 'State', stretches: stretches(past.data.items, alarm.value.StateValue, past.data.window) }] })) : null,
        });

        const decided = () => {
            const found = parse(alarm.value.StateReasonData);
            if (!Array.isArray(found?.evaluatedDatapoints) || found.evaluatedDatapoints.length === 0) return null;
            return h(Card, { title: 'What decided it', note: `evaluated ${found.queryDate ? moment(Date.parse(found.queryDate)) : ''}` }, { default: () => h('table', { class: 'servicetable' }, [
                h('thead', h('tr', ['Period', 'Value', 'Verdict'].map(name => h('th', { scope: 'col' }, name)))),
                h('tbody', found.evaluatedDatapoints.slice(0, 100).map(point => h('tr', { key: point.timestamp }, [
                    h('th', { scope: 'row' }, moment(Date.parse(point.timestamp))), h('td', point.value === undefined ? 'no data' : quantity(point.value, unitOf(alarm.value))),
                    h('td', point.value === undefined ? stateBadge('INSUFFICIENT_DATA', 'missing') : verdict(alarm.value, point.value) ? stateBadge('ALARM', 'breaching') : stateBadge('OK', 'good')),
                ]))),
            ]) });
        };

        function event(item) {
            const data = parse(item.HistoryData), badge = item.HistoryItemType === 'StateUpdate' ? stateBadge(data?.newState?.stateValue ?? 'INSUFFICIENT_DATA')
                : item.HistoryItemType === 'Action' ? stateBadge(data?.actionState === 'Failed' ? 'ALARM' : 'OK', data?.actionState === 'Failed' ? 'Failed' : 'Action') : h('span', { class: 'state nodata' }, 'Changed');
            return h('li', { key: `${item.Timestamp} ${item.HistorySummary}` }, [
                h('time', { class: 'meta', title: fullMoment(item.Timestamp * 1000) }, moment(item.Timestamp * 1000)), badge,
                h('details', [h('summary', visible(item.HistorySummary, 300)), data ? h(JSONTree, { value: data }) : h('pre', visible(item.HistoryData ?? '', 4000))]),
            ]);
        }
        const historyCard = () => h(Card, {
            title: 'History', live: past, isEmpty: (past.data?.items.length ?? 0) === 0, onRetry: refresh, messages: past.data && (!past.data.isWhole || past.data.items.length > eventsMax) ? [`the newest ${eventsMax} entries`] : [],
        }, { empty: () => h('p', { class: 'calm' }, 'Nothing has happened to it yet.'), default: () => h('ol', { class: 'alarmhistory' }, past.data.items.slice(0, eventsMax).map(event)) });

        const actions = () => {
            const told = [['In alarm', alarm.value.AlarmActions], ['OK', alarm.value.OKActions], ['No data', alarm.value.InsufficientDataActions]];
            const isOn = alarm.value.ActionsEnabled !== false;
            return h(Card, { title: 'Who is told', note: isOn ? undefined : 'actions are switched off' }, {
                actions: () => h('button', { type: 'button', class: 'plain', onClick: () => act(isOn ? 'DisableAlarmActions' : 'EnableAlarmActions', { AlarmNames: [props.name] }, `Actions are switched ${isOn ? 'off' : 'on'}`) }, isOn ? 'Switch actions off' : 'Switch actions on'),
                default: () => [
                    h('dl', told.flatMap(([state, targets]) => [h('dt', state), h('dd', (targets ?? []).length > 0 ? targets.map(target => h('div', visible(target, 300))) : 'nobody')])),
                    h('form', { class: 'trystate', onSubmit: submitted => { submitted.preventDefault(); } }, [
                        h('label', { for: 'statereason' }, 'Try it: set the state by hand until the next evaluation'),
                        h('input', { id: 'statereason', class: 'field', placeholder: 'Reason', value: reason.value, maxlength: 1023, onInput: typed => { reason.value = typed.target.value; } }),
                        h('div', { class: 'buttons' }, [['ALARM', 'In alarm'], ['OK', 'OK'], ['INSUFFICIENT_DATA', 'No data']].map(([state, label]) => h('button', { type: 'button', class: 'plain', onClick: () => setState(state) }, label))),
                    ]),
                ],
            });
        };

        return () => h('div', { class: 'page' }, [
            h('div', { class: 'heading' }, [
                h('h1', h('bdi', visible(props.name, 255))), alarm.value ? [stateBadge(alarm.value.StateValue), h('span', { class: 'meta', title: fullMoment(since(alarm.value)) }, `since ${ago(since(alarm.value), now.value).replace(' ago', '')}`)] : null,
                link('/alarms', 'All alarms'),
                alarm.value ? [link(pathOf('/alarms', props.name), [icon('pencil'), 'Edit'], { query: { edit: '1' }, class: 'button plainbutton' }), h(ConfirmButton, { label: 'Delete', look: 'plain', onConfirm: remove })] : null,
            ]),
            !alarm.value ? h(Card, { title: 'Alarm', live, isEmpty: true, onRetry: refresh }, { default: () => null, empty: () => h('p', { class: 'calm' }, 'There is no alarm of this name here.') }) : [
                why(), data.value ? evidence() : null,
                h('div', { class: 'pair' }, [h('div', { class: 'page' }, [decided(), actions(), h(Mutes, { alarm: props.name })]), h('div', { class: 'page' }, [alarm.value.AlarmArn ? h(Deliveries, { arn: alarm.value.AlarmArn }) : null, historyCard()])]),
            ],
        ]);
    },
};

export const Alarm = { props: { name: { type: String, required: true } }, setup: props => () => h(route.query.edit ? AlarmEditor : Evidence, { name: props.name }) };
