// What is wrong now: every alarm with its state, since when, and why, the worst first.
import { h } from '../../core/vue.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { teachAlarms } from '../../parts/teachings.js';
import { stateBadge } from '../../parts/state.js';
import { plural, visible } from '../../core/format.js';
import { condition, since } from '../../core/alarms.js';
import { refresh } from '../../core/live.js';
import { link, pathOf } from '../../core/router.js';
import { ago, moment } from '../../core/time.js';

function row(alarm, now) {
    const at = since(alarm);
    return h('li', { key: alarm.AlarmName, class: ['alarmrow', alarm.StateValue === 'ALARM' ? 'firing' : null] }, [
        h('div', { class: 'first' }, [
            stateBadge(alarm.StateValue),
            h('strong', link(pathOf('/alarms', alarm.AlarmName), visible(alarm.AlarmName, 255))),
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
