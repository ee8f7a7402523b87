// An alarm widget: the states of some alarms, now or over the range.
import { computed, h } from '../../core/vue.js';
import { alarmHistory, condition, stretches } from '../../core/alarms.js';
import { call } from '../../core/api.js';
import { alarmName, annotationsOf } from '../../core/dashboards.js';
import { visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { link, pathOf } from '../../core/router.js';
import { bounds } from '../../core/time.js';
import { stateBadge } from '../../parts/state.js';
import { Swimlanes } from '../../parts/swimlanes.js';
import { Frame } from './frame.js';

const alarmsMax = 100, historyPagesMax = 3;

export const AlarmWidget = {
    props: { widget: { type: Object, required: true }, pixels: { type: Number, default: 0 } },
    setup(props) {
        const names = computed(() => {
            const { alarms } = props.widget.properties;
            return (Array.isArray(alarms) ? alarms : annotationsOf(props.widget.properties).alarms).filter(arn => typeof arn === 'string').slice(0, alarmsMax).map(alarmName);
        });
        /** The states over the range are a view of ours. */
        const isTimeline = computed(() => props.widget.properties.groundwatch?.view === 'timeline');
        const live = useLive(async signal => {
            if (names.value.length === 0) return { ok: true, value: { alarms: [] } };
            const answer = await call('cloudwatch', 'DescribeAlarms', { AlarmNames: names.value, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 }, signal);
            if (!answer.ok) return answer;
            const alarms = [...answer.value.MetricAlarms ?? [], ...answer.value.CompositeAlarms ?? []];
            if (!isTimeline.value) return { ok: true, value: { alarms } };
            const window = bounds(), pasts = await Promise.all(alarms.map(({ AlarmName: name }) => alarmHistory({ name, ...window }, historyPagesMax, signal)));
            const failed = pasts.find(({ ok }) => !ok);
            return failed ?? { ok: true, value: { alarms, window, pasts: pasts.map(({ value }) => value.items) } };
        }, () => [isTimeline.value, ...names.value].join('\u0000'));
        const tile = name => {
            const alarm = live.data.alarms.find(({ AlarmName }) => AlarmName === name);
            return h('li', { key: name, class: ['tile', alarm?.StateValue] }, [
                alarm ? stateBadge(alarm.StateValue) : stateBadge('INSUFFICIENT_DATA', 'Not there'), link(pathOf('/alarms', name), visible(name, 255), { title: alarm ? condition(alarm) : 'There is no alarm of this name here' }),
            ]);
        };
        const name = alarm => link(pathOf('/alarms', alarm.AlarmName), h('bdi', visible(alarm.AlarmName, 120)));
        const lanes = () => h(Swimlanes, { window: live.data.window, lanes: live.data.alarms.map((alarm, index) => ({ key: alarm.AlarmName, label: alarm.AlarmName, name: name(alarm), stretches: stretches(live.data.pasts[index], alarm.StateValue, live.data.window) })) });
        return () => h(Frame, { title: String(props.widget.properties.title ?? 'Alarms'), live, onRetry: refresh, isEmpty: names.value.length === 0 }, {
            empty: () => h('p', { class: 'meta' }, 'The widget names no alarm.'), default: () => live.data.pasts ? lanes() : h('ul', { class: 'tiles' }, names.value.map(tile)),
        });
    },
};
