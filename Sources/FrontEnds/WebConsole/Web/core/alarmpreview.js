// What an alarm would have done over the range, asked of the server while the alarm is written.
import { post } from './api.js';

/**
 * @param {any} alarm the input of PutMetricAlarm or PutCompositeAlarm
 * @returns {Promise<import('./api.js').Answer>} value: `{ fired, state, period, stretches, points, changes }`; times in milliseconds
 */
export async function previewAlarm(alarm, { from, to }, signal) {
    const answer = await post('/api/ui/v1/alarms/preview', { alarm, start: from / 1000, end: to / 1000 }, signal);
    if (!answer.ok) return answer;
    const { fired, state, period, segments, datapoints, changes } = answer.value, time = text => Date.parse(text);
    return { ok: true, value: {
        fired, state, period: period ?? 60, changes: changes.length,
        stretches: segments.map(({ state: of, start, end }) => ({ state: of, from: time(start), to: time(end) })), points: datapoints.map(point => ({ ...point, time: time(point.time) })),
    } };
}

/** An alarm that changes more often than this in an hour tires those it tells. */
const flappingAnHour = 4;
export const isFlapping = ({ changes }, { from, to }) => changes / Math.max(1, (to - from) / 3_600_000) > flappingAnHour;
