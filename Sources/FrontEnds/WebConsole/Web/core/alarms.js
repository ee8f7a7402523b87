// Alarms as pages need them: the list, what one watches in words, its queries for a graph, and its verdicts on datapoints.
import { call, pages } from './api.js';
import { quantity, visible } from './format.js';
import { dimensionText } from './metrics.js';
import { useLive } from './live.js';

const rank = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };
const listedMax = 400;

/** Every alarm, the worst first. Data: `{ alarms, isWhole }` */
export function useAlarms() {
    return useLive(async signal => {
        const ask = (token, key) => call('cloudwatch', 'DescribeAlarms', { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100, ...token ? { NextToken: token } : {} }, signal)
            .then(answer => answer.ok ? { ok: true, value: { ...answer.value, [key]: [...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []] } } : answer);
        const answer = await pages(token => ask(token, 'All'), 'All', listedMax / 100);
        if (!answer.ok) return answer;
        const alarms = answer.value.items.sort((a, b) => (rank[a.StateValue] ?? 3) - (rank[b.StateValue] ?? 3) || String(a.AlarmName).localeCompare(String(b.AlarmName)));
        return { ok: true, value: { alarms, isWhole: answer.value.isWhole } };
    }, () => null, { news: () => [{ topic: 'alarms' }] });
}

/** One alarm by its name, or null. */
export async function describeAlarm(name, signal) {
    const answer = await call('cloudwatch', 'DescribeAlarms', { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }, signal);
    return answer.ok ? { ok: true, value: [...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []][0] ?? null } : answer;
}

/** What happened to an alarm, or to all, newest first. */
export const alarmHistory = ({ name, kind, from, to }, pageCount, signal) => pages(token => call('cloudwatch', 'DescribeAlarmHistory', {
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], ...name ? { AlarmName: name } : {}, ...kind ? { HistoryItemType: kind } : {}, ...from ? { StartDate: from / 1000, EndDate: to / 1000 } : {}, MaxRecords: 100, ...token ? { NextToken: token } : {},
}, signal), 'AlarmHistoryItems', pageCount);

/** When the present state began, in milliseconds. */
export const since = alarm => (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp) * 1000;

const operators = {
    GreaterThanThreshold: { sign: '>', words: 'above', breaches: (value, limit) => value > limit },
    GreaterThanOrEqualToThreshold: { sign: '≥', words: 'at or above', breaches: (value, limit) => value >= limit },
    LessThanThreshold: { sign: '<', words: 'below', breaches: (value, limit) => value < limit },
    LessThanOrEqualToThreshold: { sign: '≤', words: 'at or below', breaches: (value, limit) => value <= limit },
};

export const periodOf = alarm => alarm.Period ?? alarm.Metrics?.map(({ Period, MetricStat }) => Period ?? MetricStat?.Period).find(Boolean) ?? 60;
const pointsOf = alarm => `${alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods} of ${alarm.EvaluationPeriods}`;
export const unitOf = alarm => alarm.Unit ?? 'None';
export const thresholdText = alarm => quantity(alarm.Threshold, unitOf(alarm));

/** The metric or expression that is compared. */
function subject(alarm) {
    if (alarm.MetricName) return `${visible(alarm.MetricName, 120)} ${alarm.Statistic ?? alarm.ExtendedStatistic ?? ''}`.trim();
    const shown = alarm.Metrics?.find(({ ReturnData }) => ReturnData !== false);
    return shown ? visible(shown.Label || shown.Expression || shown.MetricStat?.Metric.MetricName, 160) : 'expression';
}

/** "CheckoutLatency p99 > 2,000 for 3 of 5 × 60 s" */
export function condition(alarm) {
    if (alarm.AlarmRule) return visible(alarm.AlarmRule, 200);
    return `${subject(alarm)} ${operators[alarm.ComparisonOperator]?.sign ?? visible(alarm.ComparisonOperator, 60)} ${thresholdText(alarm)} for ${alarm.EvaluationPeriods === 1 ? '' : `${pointsOf(alarm)} × `}${periodOf(alarm)} s`;
}

/** The same as a sentence. */
export function sentence(alarm) {
    if (alarm.AlarmRule) return `Fires while this holds: ${visible(alarm.AlarmRule, 1000)}`;
    const where = alarm.MetricName ? ` in ${[visible(alarm.Namespace, 120), visible(dimensionText(alarm), 300)].filter(Boolean).join(', ')}` : '';
    const missing = { breaching: 'a missing one counts as breaching', notBreaching: 'a missing one counts as good', ignore: 'missing ones leave the state as it is' }[alarm.TreatMissingData] ?? 'missing ones are not counted';
    return `Fires when ${subject(alarm)}${where} is ${operators[alarm.ComparisonOperator]?.words ?? visible(alarm.ComparisonOperator, 60)} ${thresholdText(alarm)} in ${alarm.EvaluationPeriods === 1 ? 'a period' : `${pointsOf(alarm)} periods`} of ${periodOf(alarm)} s; ${missing}.`;
}

/** @returns {boolean|null} null when there is no value */
export const verdict = (alarm, value) => value === null || value === undefined ? null : operators[alarm.ComparisonOperator]?.breaches(value, alarm.Threshold) ?? false;

/** The alarm's queries as core/graph.js reads them. @returns {import('./graph.js').GraphQuery[]} */
export function queriesOf(alarm) {
    if (alarm.MetricName) return [{ id: 'm1', metric: { Namespace: alarm.Namespace, MetricName: alarm.MetricName, Dimensions: alarm.Dimensions ?? [] }, stat: alarm.Statistic ?? alarm.ExtendedStatistic }];
    return (alarm.Metrics ?? []).map(({ Id, MetricStat, Expression, Label, ReturnData }) => ({
        id: Id, label: Label, isHidden: ReturnData === false, ...MetricStat ? { metric: { Dimensions: [], ...MetricStat.Metric }, stat: MetricStat.Stat } : { expression: Expression },
    }));
}

/** When the alarm was made, in milliseconds, if that is among these items; before that it had no state. */
export const madeAt = items => {
    const made = items.find(item => item.HistoryItemType === 'ConfigurationUpdate' && parse(item.HistoryData)?.type === 'Create');
    return made ? made.Timestamp * 1000 : null;
};

/** The states between changes: `{ state, from, to }`, oldest first. @param items of one alarm, newest first */
export function stretches(items, state, window) {
    const updates = items.filter(item => item.HistoryItemType === 'StateUpdate'), from = Math.max(window.from, madeAt(items) ?? window.from), { to } = window;
    const found = [];
    let end = to, current = state;
    for (const item of updates) {
        const at = item.Timestamp * 1000, data = parse(item.HistoryData);
        if (at < end) found.push({ state: data?.newState?.stateValue ?? current, from: Math.max(from, at), to: end });
        end = Math.min(end, at);
        current = data?.oldState?.stateValue ?? current;
    }
    if (end > from) found.push({ state: current, from, to: end });
    return found.reverse().filter(stretch => stretch.to > stretch.from);
}

export function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}
