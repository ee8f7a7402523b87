// What is wrong now: every alarm with its state, since when, and why, the worst first.
import { h } from '../../core/vue.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { teachAlarms } from '../../parts/teachings.js';
import { stateBadge } from '../../parts/state.js';
import { call, pages } from '../../core/api.js';
import { number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { ago, moment } from '../../core/time.js';

const rank = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };

export function useAlarms() {
    return useLive(async signal => {
        const ask = (token, key) => call('cloudwatch', 'DescribeAlarms', { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100, ...token ? { NextToken: token } : {} }, signal)
            .then(answer => answer.ok ? { ok: true, value: { ...answer.value, [key]: [...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []] } } : answer);
        const answer = await pages(token => ask(token, 'All'), 'All');
        if (!answer.ok) return answer;
        const alarms = answer.value.items.sort((a, b) => (rank[a.StateValue] ?? 3) - (rank[b.StateValue] ?? 3) || String(a.AlarmName).localeCompare(String(b.AlarmName)));
        return { ok: true, value: { alarms, isWhole: answer.value.isWhole } };
    });
}

const since = alarm => (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp) * 1000;

const operators = {
    GreaterThanThreshold: '>', GreaterThanOrEqualToThreshold: '≥', LessThanThreshold: '<', LessThanOrEqualToThreshold: '≤',
};

/** "CheckoutLatency p99 > 2,000 for 3 of 5 × 60 s" */
function condition(alarm) {
    if (alarm.AlarmRule) return visible(alarm.AlarmRule, 200);
    const what = alarm.MetricName ? `${visible(alarm.MetricName, 120)} ${alarm.Statistic ?? alarm.ExtendedStatistic ?? ''}` : 'expression';
    const points = alarm.DatapointsToAlarm && alarm.DatapointsToAlarm !== alarm.EvaluationPeriods ? `${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods}` : alarm.EvaluationPeriods;
    return `${what} ${operators[alarm.ComparisonOperator] ?? visible(alarm.ComparisonOperator, 60)} ${number(alarm.Threshold)} for ${points} × ${alarm.Period ?? '?'} s`;
}

function row(alarm, now) {
    const at = since(alarm);
    return h('li', { key: alarm.AlarmName, class: ['alarmrow', alarm.StateValue === 'ALARM' ? 'firing' : null] }, [
        h('div', { class: 'first' }, [
            stateBadge(alarm.StateValue),
            h('strong', { title: visible(alarm.AlarmName, 255) }, visible(alarm.AlarmName, 255)),
            Number.isFinite(at) ? h('time', { class: 'meta', datetime: new Date(at).toISOString(), title: moment(at) }, `since ${ago(at, now)}`.replace(' ago', '')) : null,
        ]),
        h('p', { class: 'meta condition' }, condition(alarm)),
        alarm.StateValue !== 'OK' && alarm.StateReason ? h('p', { class: 'reason' }, visible(alarm.StateReason, 600)) : null,
    ]);
}

export function alarmsCard(live, now) {
    const alarms = live.data?.alarms ?? [];
    const firing = alarms.filter(alarm => alarm.StateValue === 'ALARM').length;
    const note = alarms.length === 0 ? undefined : `${firing} of ${plural(alarms.length, 'alarm')} firing`;
    return h(Card, { title: 'Alarms', note, live, isEmpty: alarms.length === 0, messages: live.data && !live.data.isWhole ? ['only the first 400 are shown'] : [], onRetry: refresh }, {
        actions: () => h(CopyButton, { text: awsCommand('cloudwatch describe-alarms'), label: 'Copy as aws-cli command', symbol: 'terminal' }),
        empty: teachAlarms,
        default: () => h('ul', { class: 'alarms', tabindex: 0, 'aria-label': 'Alarms' }, alarms.map(alarm => row(alarm, now))),
    });
}

/** The page's first sentence. */
export function verdict(live) {
    if (!live.data) return null;
    const firing = live.data.alarms.filter(alarm => alarm.StateValue === 'ALARM');
    if (firing.length > 0) return h('p', { class: 'verdict' }, [stateBadge('ALARM', plural(firing.length, 'alarm firing', 'alarms firing')), h('span', firing.slice(0, 3).map(alarm => visible(alarm.AlarmName, 80)).join(', ') + (firing.length > 3 ? ` and ${firing.length - 3} more` : ''))]);
    if (live.data.alarms.length === 0) return null;
    return h('p', { class: 'verdict' }, stateBadge('OK', 'No alarm is firing'));
}
