// An alarm while it is written: the fields of the form, what is wrong with them, and the call that stores it.
// Source: CloudWatch API reference, PutMetricAlarm and PutCompositeAlarm.
import { readRule } from './alarmrule.js';

/**
 * @typedef {{kind: 'metric'|'queries'|'composite', name: string, description: string, namespace: string, metric: string, dimensions: string, stat: string, period: string,
 *   queries: string, rule: string, comparison: string, threshold: string, points: string, of: string, missing: string, alarmActions: string, okActions: string, noDataActions: string}} AlarmDraft
 */

export const comparisons = { GreaterThanThreshold: 'above', GreaterThanOrEqualToThreshold: 'at or above', LessThanThreshold: 'below', LessThanOrEqualToThreshold: 'at or below' };
export const missingTreatments = { missing: 'are not counted', notBreaching: 'count as good', breaching: 'count as breaching', ignore: 'leave the state as it is' };

/** @returns {AlarmDraft} */
export const emptyDraft = () => ({
    kind: 'metric', name: '', description: '', namespace: 'EventPro', metric: 'TicketsSold', dimensions: '', stat: 'Sum', period: '60', queries: '[]', rule: '',
    comparison: 'GreaterThanThreshold', threshold: '0', points: '1', of: '1', missing: 'missing', alarmActions: '', okActions: '', noDataActions: '',
});

const dimensionText = dimensions => (dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`).join('\n');

/** @param {any} alarm as DescribeAlarms has it @returns {AlarmDraft} */
export function draftOf(alarm) {
    const shared = {
        ...emptyDraft(), name: alarm.AlarmName, description: alarm.AlarmDescription ?? '', alarmActions: (alarm.AlarmActions ?? []).join('\n'), okActions: (alarm.OKActions ?? []).join('\n'), noDataActions: (alarm.InsufficientDataActions ?? []).join('\n'),
    };
    if (alarm.AlarmRule !== undefined) return { ...shared, kind: 'composite', rule: alarm.AlarmRule };
    const judged = { ...shared, comparison: alarm.ComparisonOperator, threshold: String(alarm.Threshold ?? ''), of: String(alarm.EvaluationPeriods), points: String(alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods), missing: alarm.TreatMissingData ?? 'missing' };
    if (alarm.MetricName) return { ...judged, namespace: alarm.Namespace, metric: alarm.MetricName, dimensions: dimensionText(alarm.Dimensions), stat: alarm.Statistic ?? alarm.ExtendedStatistic, period: String(alarm.Period) };
    return { ...judged, kind: 'queries', queries: JSON.stringify(alarm.Metrics ?? [], null, 2) };
}

/** A draft on the queries of a graph. @param {import('./graph.js').GraphQuery[]} queries; @param {number} period in seconds */
export function draftOn(queries, period) {
    const shown = queries.filter(({ isHidden }) => !isHidden);
    if (queries.length === 1 && shown[0]?.metric) {
        const { metric, stat } = shown[0];
        return { ...emptyDraft(), namespace: metric.Namespace, metric: metric.MetricName, dimensions: dimensionText(metric.Dimensions), stat, period: String(period) };
    }
    // One of the queries is judged: the last that is shown.
    const judged = shown.at(-1)?.id;
    const metrics = queries.map(({ id, metric, stat, expression, label }) => ({ Id: id, ...label ? { Label: label } : {}, ReturnData: id === judged, ...metric ? { MetricStat: { Metric: metric, Period: period, Stat: stat } } : { Expression: expression } }));
    return { ...emptyDraft(), kind: 'queries', queries: JSON.stringify(metrics, null, 2) };
}

const isWhole = (text, least, most) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;
const lines = text => text.split('\n').map(line => line.trim()).filter(Boolean);
const parsed = text => { try { return JSON.parse(text); } catch { return null; } };

const checks = {
    name: ({ name }) => name.trim() !== '' && name.length <= 255 ? null : 'A name of up to 255 characters.',
    namespace: ({ kind, namespace }) => kind !== 'metric' || namespace.trim() !== '' ? null : 'The metric’s namespace.',
    metric: ({ kind, metric }) => kind !== 'metric' || metric.trim() !== '' ? null : 'The metric’s name.',
    dimensions: ({ kind, dimensions }) => kind !== 'metric' || lines(dimensions).every(line => /^[^=]+=.+$/.test(line)) ? null : 'One Name=Value a line.',
    period: ({ kind, period }) => kind !== 'metric' || ['10', '20', '30'].includes(period) || isWhole(period, 60, 86_400) && Number(period) % 60 === 0 ? null : '10, 20, 30 or a multiple of 60 seconds.',
    queries: ({ kind, queries }) => kind !== 'queries' || Array.isArray(parsed(queries)) && parsed(queries).length > 0 ? null : 'A list as PutMetricAlarm’s Metrics, with ReturnData true for the one that is judged.',
    rule: ({ kind, rule }) => kind !== 'composite' || readRule(rule) ? null : 'ALARM("one") AND (ALARM("two") OR NOT OK("three"))',
    threshold: ({ kind, threshold }) => kind === 'composite' || threshold.trim() !== '' && Number.isFinite(Number(threshold)) ? null : 'A number.',
    of: ({ kind, of }) => kind === 'composite' || isWhole(of, 1, 10_080) ? null : 'A whole number from 1.',
    points: ({ kind, points, of }) => kind === 'composite' || isWhole(points, 1, Number(of) || 1) ? null : 'From 1 to the number of periods.',
    ...Object.fromEntries(['alarmActions', 'okActions', 'noDataActions'].map(name => [name, draft => lines(draft[name]).every(line => line.startsWith('arn:')) ? null : 'One ARN a line, such as arn:aws:sns:us-east-1:000000000000:alerts.'])),
};

/** What is wrong with each field, or null. @param {AlarmDraft} draft @returns {Record<string, string|null>} */
export const draftMistakes = draft => Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check(draft)]));

const isNamedStatistic = stat => ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'].includes(stat);

/** The call that stores it. @param {AlarmDraft} draft without mistakes @returns {{operation: string, input: any}} */
export function storeCall(draft) {
    const shared = { AlarmName: draft.name.trim(), ...draft.description ? { AlarmDescription: draft.description } : {}, AlarmActions: lines(draft.alarmActions), OKActions: lines(draft.okActions), InsufficientDataActions: lines(draft.noDataActions) };
    if (draft.kind === 'composite') return { operation: 'PutCompositeAlarm', input: { ...shared, AlarmRule: draft.rule.trim() } };
    const subject = draft.kind === 'queries' ? { Metrics: parsed(draft.queries) } : {
        Namespace: draft.namespace.trim(), MetricName: draft.metric.trim(), Period: Number(draft.period), ...isNamedStatistic(draft.stat) ? { Statistic: draft.stat } : { ExtendedStatistic: draft.stat },
        Dimensions: lines(draft.dimensions).map(line => ({ Name: line.slice(0, line.indexOf('=')), Value: line.slice(line.indexOf('=') + 1) })),
    };
    return { operation: 'PutMetricAlarm', input: {
        ...shared, ...subject, ComparisonOperator: draft.comparison, Threshold: Number(draft.threshold), EvaluationPeriods: Number(draft.of), DatapointsToAlarm: Number(draft.points), TreatMissingData: draft.missing,
    } };
}
