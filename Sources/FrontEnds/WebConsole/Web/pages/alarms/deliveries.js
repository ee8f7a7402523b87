// Who was reached: every notification of an alarm with its state and its attempts.
import { h } from '../../core/vue.js';
import { deliveriesOf, topicName, tryAgain } from '../../core/deliveries.js';
import { plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { ago, clock, moment, useNow } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { Card } from '../../parts/card.js';
import { stateBadge } from '../../parts/state.js';

const shownMax = 50;
const looks = { delivered: ['OK', 'Delivered'], waiting: ['WARN', 'Waiting'], gaveUp: ['ALARM', 'Given up'], droppedOut: ['INSUFFICIENT_DATA', 'Dropped'] };
const topicWords = { waiting: 'waits to be handed to its subscribers', gaveUp: 'could not be handed to its subscribers' };

export const Deliveries = {
    props: { arn: { type: String, required: true } },
    setup(props) {
        const live = useLive(signal => deliveriesOf(props.arn, signal), () => props.arn), now = useNow();

        async function again(id) {
            const answer = await tryAgain(id);
            say(answer.ok ? 'It is being tried again' : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
            refresh();
        }

        /** How it went, in one line. */
        function story({ status, attempts, next, kind, created }) {
            const [last] = attempts, tried = plural(attempts.length, 'attempt');
            if (kind === 'publication') return `${topicWords[status] ?? ''}${last?.error ? `: ${visible(last.error, 300)}` : ''}`;
            if (status === 'delivered') return attempts.length === 1 ? 'at the first attempt' : `after ${tried}`;
            const why = last?.error ? `: ${visible(last.error, 300)}` : '';
            if (status === 'waiting') return attempts.length === 0 ? `since ${clock(created)}` : `${tried} failed${why}; the next ${next > now.value ? `at ${clock(next)}` : 'is due'}`;
            return status === 'gaveUp' ? `${tried}${why}` : `${tried}${why}; the subscription was taken back`;
        }

        function row(delivery) {
            const [state, word] = looks[delivery.status] ?? ['INSUFFICIENT_DATA', delivery.status], time = delivery.attempts[0]?.time ?? delivery.created;
            return h('li', { key: delivery.id }, [
                h('time', { class: 'meta', title: moment(time) }, ago(time, now.value)), stateBadge(state, word),
                h('div', [
                    h('bdi', { class: 'where' }, visible(delivery.endpoint ?? topicName(delivery.target), 300)),
                    h('p', { class: 'meta' }, [story(delivery), delivery.status === 'gaveUp' ? h('button', { type: 'button', class: 'link', onClick: () => again(delivery.id) }, 'Try again') : null]),
                    delivery.attempts.length > 1 ? h('details', [h('summary', 'Attempts'), h('ol', { class: 'attempts' }, delivery.attempts.map(({ number, time: at, isDelivered, error }) => h('li', { key: `${number} ${at}` }, `${number}. ${moment(at)} ${isDelivered ? 'delivered' : visible(error, 300)}`)))]) : null,
                ]),
            ]);
        }

        return () => {
            const { deliveries = [], isWhole = true, handedOn = 0 } = live.data ?? {};
            return h(Card, {
                title: 'Deliveries', live, isEmpty: deliveries.length === 0, onRetry: refresh, messages: deliveries.length > shownMax || !isWhole ? [`the newest ${Math.min(shownMax, deliveries.length)}`] : [],
            }, {
                empty: () => h('p', { class: 'calm' }, handedOn > 0 ? 'Its topic has it; no delivery to a subscriber is on record.' : 'Nothing was sent for it yet.'),
                default: () => h('ol', { class: 'alarmhistory deliveries', tabindex: 0, 'aria-label': 'Deliveries' }, deliveries.slice(0, shownMax).map(row)),
            });
        };
    },
};
