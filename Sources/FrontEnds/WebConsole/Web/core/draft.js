// A dashboard's body while it is edited: what was stored, changed step by step, each step taken back by undo. What we do not
// understand in the body stays in it as it is.
import { computed, shallowRef } from './vue.js';
import { call } from './api.js';
import { readBody } from './dashboards.js';
import { placed, roomFor } from './gridlayout.js';

const stepsMax = 100;
export const emptyBody = '{"widgets":[]}';

/** @param {string} stored the body as the server has it */
export function makeDraft(stored) {
    const text = shallowRef(stored), steps = shallowRef([]);
    const read = computed(() => readBody(text.value));

    function set(next) {
        if (next === text.value) return;
        steps.value = [...steps.value, text.value].slice(-stepsMax);
        text.value = next;
    }
    /** Changes the widgets of the raw body: `change(widgets)` answers the new list. */
    function change(make) {
        const body = JSON.parse(text.value);
        set(JSON.stringify({ ...body, widgets: make(body.widgets) }));
    }
    const rects = () => read.value.widgets.map(({ x, y, width, height }) => ({ x, y, width, height }));
    const isWidget = value => value !== null && typeof value === 'object' && !Array.isArray(value);

    return {
        text, read, isChanged: computed(() => text.value !== stored), canUndo: computed(() => steps.value.length > 0), set,
        undo() {
            text.value = steps.value.at(-1) ?? text.value;
            steps.value = steps.value.slice(0, -1);
        },
        /** Puts a widget elsewhere or makes it larger; others make room. @param {number} index of the widget */
        place(index, rect) {
            const places = placed(rects(), index, rect);
            change(widgets => widgets.map((widget, at) => isWidget(widget) && places[at] ? { ...widget, ...places[at] } : widget));
        },
        add(widget) {
            change(widgets => [...widgets, { ...widget, ...roomFor(rects(), widget) }]);
        },
        remove(index) { change(widgets => widgets.filter((_, at) => at !== index)); },
        replace(index, properties) { change(widgets => widgets.map((widget, at) => at === index ? { ...widget, properties } : widget)); },
    };
}

/** Stores a body. @returns {Promise<import('./api.js').Answer>} value: the server's remarks, each a text */
export async function storeDashboard(name, body) {
    const answer = await call('cloudwatch', 'PutDashboard', { DashboardName: name, DashboardBody: body });
    const told = entry => `${entry.DataPath ?? ''} ${entry.Message ?? ''}`.trim();
    if (answer.ok) return { ok: true, value: (answer.value.DashboardValidationMessages ?? []).map(told) };
    const found = answer.error.details?.dashboardValidationMessages ?? answer.error.details?.DashboardValidationMessages ?? [];
    return { ok: false, error: { ...answer.error, message: found.length > 0 ? found.map(told).join('; ') : answer.error.message } };
}

/** Adds a widget to a stored dashboard, or makes one of it. */
export async function addToDashboard(name, widget) {
    const listed = await call('cloudwatch', 'ListDashboards', { DashboardNamePrefix: name });
    if (!listed.ok) return listed;
    const isThere = listed.value.DashboardEntries.some(({ DashboardName }) => DashboardName === name);
    const stored = isThere ? await call('cloudwatch', 'GetDashboard', { DashboardName: name }) : { ok: true, value: { DashboardBody: emptyBody } };
    if (!stored.ok) return stored;
    const draft = makeDraft(stored.value.DashboardBody);
    if (!draft.read.value) return { ok: false, error: { operation: 'PutDashboard', code: 'InvalidBody', message: `what is stored as ${name} is no dashboard body`, status: 0, requestId: null } };
    draft.add(widget);
    return storeDashboard(name, draft.text.value);
}
