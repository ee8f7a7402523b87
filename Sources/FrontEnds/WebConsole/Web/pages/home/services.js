// How each service does, told from a sample of the newest traces: the worst first.
import { h } from '../../core/vue.js';
import { milliseconds, number, plural, visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { link } from '../../core/router.js';
import { serviceMap } from '../../core/servicemap.js';
import { bounds } from '../../core/time.js';
import { traceSummaries, windowMillisecondsMax, wholeTraces } from '../../core/traces.js';
import { Card } from '../../parts/card.js';
import { stateBadge } from '../../parts/state.js';

/** Reading whole traces costs more than other things on this page. */
const everyMilliseconds = 20_000, tracesMax = 60, tilesMax = 24;
/** From this share of its calls on a service is called failing, or degraded. */
const notableShare = 0.02;

export const useServices = () => useLive(async signal => {
    const { from, to } = bounds(), listed = await traceSummaries({ from: Math.max(from, to - windowMillisecondsMax), to }, 1, signal);
    if (!listed.ok) return listed;
    const newest = listed.value.items.slice(0, tracesMax), answer = newest.length > 0 ? await wholeTraces(newest.map(({ Id }) => Id), signal) : { ok: true, value: [] };
    return answer.ok ? { ok: true, value: { services: serviceMap(answer.value).services.sort(worstFirst), count: answer.value.length } } : answer;
}, () => null, { every: everyMilliseconds });

const faulty = ({ faults, count }) => faults / count, failing = ({ faults, errors, throttles, count }) => (faults + errors + throttles) / count;
const worstFirst = (a, b) => faulty(b) - faulty(a) || failing(b) - failing(a) || b.count - a.count || a.name.localeCompare(b.name);
const percent = share => `${number(share * 100)} %`;

function badge(service) {
    if (faulty(service) >= notableShare) return stateBadge('FAULT', `${percent(faulty(service))} faults`);
    if (failing(service) >= notableShare) return stateBadge('WARN', `${percent(failing(service))} errors`);
    return stateBadge('OK');
}

const tile = service => h('li', { key: service.name, class: ['tile', faulty(service) >= notableShare ? 'ALARM' : failing(service) >= notableShare ? 'WARN' : 'OK'] }, [
    h('span', { class: 'first' }, [badge(service), h('span', { class: 'meta' }, milliseconds(service.seconds / service.count * 1000))]),
    link('/traces', h('bdi', visible(service.name, 120)), { query: { service: service.name }, title: `${visible(service.name, 300)}: ${plural(service.count, 'call')}` }),
]);

export function servicesCard(live) {
    const services = live.data?.services ?? [];
    return h(Card, {
        title: 'Services', note: live.data && services.length > 0 ? `of the newest ${plural(live.data.count, 'trace')}: mean time, share of failed calls` : undefined, live, isEmpty: services.length === 0, onRetry: refresh,
        messages: services.length > tilesMax ? [`the first ${tilesMax} of ${plural(services.length, 'service')}`] : [],
    }, {
        actions: () => link('/traces', 'Service graph', { query: { view: 'map' }, class: 'meta' }), empty: () => h('p', { class: 'calm' }, 'Services show themselves by their traces, and none came in this time.'),
        default: () => h('ul', { class: 'tiles services' }, services.slice(0, tilesMax).map(tile)),
    });
}
