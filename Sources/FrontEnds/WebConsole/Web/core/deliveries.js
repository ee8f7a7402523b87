// What became of the notifications about an alarm: each on its way to one place, with every attempt. Documentation/ConsoleAPI.md.
import { ask, post } from './api.js';

/**
 * @typedef {{id: number, target: string, kind: string, endpoint?: string, status: 'delivered'|'waiting'|'gaveUp'|'droppedOut', next?: number, created?: number,
 *   attempts: {number: number, time: number, isDelivered: boolean, error?: string}[]}} Delivery   times in milliseconds; the newest attempt first
 * @param {string} arn of an alarm or a topic
 * @returns {Promise<import('./api.js').Answer>} value: `{ deliveries, isWhole }`
 */
export async function deliveriesOf(arn, signal) {
    const answer = await ask(`/api/ui/v1/deliveries?${new URLSearchParams({ about: arn })}`, signal);
    if (!answer.ok) return answer;
    // A topic that has handed a message on is told of by those who got it.
    const deliveries = answer.value.deliveries.filter(({ kind, status }) => kind !== 'publication' || status !== 'delivered');
    return { ok: true, value: { deliveries, isWhole: answer.value.isWhole, handedOn: answer.value.deliveries.length - deliveries.length } };
}

/** One that was given up is tried again at once. @param {number} id */
export const tryAgain = id => post('/api/ui/v1/deliveries', { retry: id });

/** The last part of an ARN: a topic's name. */
export const topicName = arn => String(arn).split(':')[5] ?? String(arn);
