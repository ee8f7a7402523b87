// One dashboard: its widgets on the grid, each asking for its data when it comes near the window; and the same while it is edited.
import { computed, h, onBeforeUnmount, onMounted, ref, shallowRef, watch } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { columns, readBody, startOf } from '../../core/dashboards.js';
import { emptyBody, makeDraft, storeDashboard } from '../../core/draft.js';
import { visible } from '../../core/format.js';
import { useKeys } from '../../core/keys.js';
import { refresh, useLive } from '../../core/live.js';
import { link, route, setQuery } from '../../core/router.js';
import { say } from '../../core/toasts.js';
import { chooseValue, chosenValue, searchedValues, withVariables } from '../../core/variables.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { icon } from '../../parts/icons.js';
import { Menu } from '../../parts/menu.js';
import { BodyForm } from './bodyform.js';
import { useHandles } from './handles.js';
import { newWidgets, WidgetForm } from './widgetform.js';
import { partFor } from './widgets.js';

/** A row of the grid and the gap between rows, in pixels; as in dashboards.css. */
const rowPixels = 42, gapPixels = 12, nearPixels = '300px';

/** A widget's place; what is in it is made when it is first near. */
const Place = {
    props: { widget: { type: Object, required: true }, rect: { type: Object, required: true }, isHeld: Boolean },
    setup(props, { slots }) {
        const place = ref(null), isNear = ref(false);
        let watcher = null;
        onMounted(() => {
            watcher = new IntersectionObserver(entries => {
                if (!entries.some(entry => entry.isIntersecting)) return;
                isNear.value = true;
                watcher.disconnect();
            }, { rootMargin: nearPixels });
            watcher.observe(place.value);
        });
        onBeforeUnmount(() => watcher?.disconnect());
        return () => {
            const { x, y, width, height } = props.rect, pixels = height * rowPixels + (height - 1) * gapPixels;
            return h('div', { class: ['place', { held: props.isHeld }], ref: place, style: { gridColumn: `${x + 1} / span ${width}`, gridRow: `${y + 1} / span ${height}`, '--height': `${Math.min(pixels, 420)}px` } }, [
                isNear.value ? h(partFor(props.widget), { widget: props.widget, pixels }) : h('div', { class: 'card waiting' }), slots.default?.(),
            ]);
        };
    },
};

function variableField(variable, found = []) {
    const value = chosenValue(variable), known = [...variable.values, ...found.filter(text => !variable.values.some(entry => entry.value === text)).map(text => ({ value: text, label: text }))];
    const options = known.some(entry => entry.value === value) ? known : [{ value, label: value || 'as written' }, ...known];
    return h('label', { class: 'variable', key: variable.id }, [h('span', { class: 'meta' }, visible(variable.label, 80)), known.length > 0
        ? h('select', { class: 'field', value, onChange: event => chooseValue(variable, event.target.value) }, options.map(entry => h('option', { value: entry.value }, visible(entry.label, 120))))
        : h('input', { class: 'field', value, placeholder: 'as written', spellcheck: false, onChange: event => chooseValue(variable, event.target.value.trim()) })]);
}

export const Dashboard = {
    props: { name: { type: String, required: true } },
    setup(props) {
        const draft = shallowRef(null), open = shallowRef(null), grid = ref(null), isStoring = ref(false);
        /** Known not to be stored yet, so not asked for. */
        const isNew = () => route.query.edit === 'new';
        const live = useLive(async signal => {
            if (isNew()) return { ok: true, value: { text: null, body: null } };
            const answer = await call('cloudwatch', 'GetDashboard', { DashboardName: props.name }, signal);
            // One that is not there yet can still be made.
            if (!answer.ok) return answer.error.status === 404 ? { ok: true, value: { text: null, body: null } } : answer;
            const text = String(answer.value.DashboardBody ?? ''), isSame = live?.data?.text === text;
            // An equal body keeps its widgets, and with them what they show.
            return { ok: true, value: isSame ? live.data : { text, body: readBody(text) } };
        }, () => props.name, { every: 30_000 });
        const body = computed(() => draft.value?.read.value ?? live.data?.body ?? null), isEditing = computed(() => draft.value !== null);
        // While it is edited a widget keeps its place in the list, so that what it shows stays.
        const shown = computed(() => (body.value?.widgets ?? []).map((widget, index) => ({ index, widget: { ...widget, properties: withVariables(widget.properties, body.value.variables) } })).sort((a, b) => a.widget.y - b.widget.y || a.widget.x - b.widget.x));
        const own = computed(() => startOf(body.value?.start)), variables = computed(() => (body.value?.variables ?? []).filter(({ isShown }) => isShown));

        const searches = () => JSON.stringify(variables.value.map(({ id, search }) => [id, search]));
        const searched = useLive(signal => searchedValues(variables.value, signal), searches, { every: 60_000 });

        function edit() { if (live.data && (live.data.body || live.data.text === null)) draft.value = makeDraft(live.data.text ?? emptyBody); }
        function leave() {
            draft.value = open.value = null;
            setQuery({ edit: null }, { replace: true });
        }
        watch(() => [route.query.edit, live.data], () => { if (route.query.edit && !draft.value) edit(); }, { immediate: true });
        useKeys('Dashboard', [{ keys: 'e', does: 'Edit it', run: () => setQuery({ edit: '1' }) }]);
        const warn = event => { if (draft.value?.isChanged.value) event.preventDefault(); };
        addEventListener('beforeunload', warn);
        onBeforeUnmount(() => removeEventListener('beforeunload', warn));

        async function store() {
            isStoring.value = true;
            const answer = await storeDashboard(props.name, draft.value.text.value);
            isStoring.value = false;
            if (!answer.ok) return say(`Not saved: ${answer.error.message}`, 'bad');
            say(answer.value.length > 0 ? `Saved; the server remarks: ${answer.value.join('; ')}` : 'Saved');
            leave();
            refresh();
        }
        const { preview, handles } = useHandles({
            grid: () => grid.value, cell: { row: rowPixels, gap: gapPixels, columns },
            onPlace: (index, rect) => draft.value.place(index, rect), onRemove: index => draft.value.remove(index), onEdit: index => { open.value = { index }; },
            onCopy: index => { const { type, width, height, properties } = draft.value.read.value.widgets[index]; draft.value.add({ type, width, height, properties }); },
        });
        const rectOf = (widget, index) => isEditing.value && preview.value?.index === index ? preview.value.rect : widget;

        const tools = () => isEditing.value ? [
            h(Menu, { label: 'Add a widget', symbol: 'plus', items: Object.entries({ metric: ['Chart or figures', 'metrics'], log: ['Log query', 'logs'], alarm: ['Alarms', 'alarms'], text: ['Text', 'table'] }).map(([type, [label, symbol]]) => ({ label, symbol, run: () => { draft.value.add(newWidgets[type]()); open.value = { index: draft.value.read.value.widgets.length - 1 }; } })) }),
            h('button', { type: 'button', class: 'plain', onClick: () => { open.value = { isBody: true }; } }, 'JSON'),
            h('button', { type: 'button', class: 'plain', disabled: !draft.value.canUndo.value, onClick: draft.value.undo }, 'Undo'),
            h('button', { type: 'button', class: 'primary', disabled: isStoring.value || !draft.value.isChanged.value, onClick: store }, 'Save'),
            h('button', { type: 'button', class: 'plain', onClick: leave }, draft.value.isChanged.value ? 'Discard' : 'Done'),
        ] : [
            own.value && !route.query.from ? h('button', { type: 'button', class: 'plain', onClick: () => setQuery({ from: own.value, to: null }) }, `Its own range: ${own.value}`) : null,
            live.data?.body ? h('button', { type: 'button', class: 'plain', title: 'Edit it (e)', onClick: () => setQuery({ edit: '1' }) }, [icon('pencil'), 'Edit']) : null,
            live.data?.text ? h(CopyButton, { text: live.data.text, label: 'Copy its JSON' }) : null,
            h(CopyButton, { text: awsCommand(`cloudwatch get-dashboard --dashboard-name '${props.name.replaceAll("'", `'\\''`)}'`), label: 'Copy as aws-cli command', symbol: 'terminal' }),
        ];
        const drawer = () => {
            if (!open.value || !isEditing.value) return null;
            const close = () => { open.value = null; };
            if (open.value.isBody) return h(BodyForm, { text: draft.value.text.value, onSave: draft.value.set, onClose: close });
            const widget = draft.value.read.value.widgets[open.value.index];
            return widget ? h(WidgetForm, { key: open.value.index, widget, onSave: properties => draft.value.replace(open.value.index, properties), onClose: close }) : null;
        };
        const nothing = () => live.data?.text === null
            ? h('div', { class: 'calm' }, [h('p', 'There is no dashboard of this name.'), h('p', h('button', { type: 'button', class: 'primary', onClick: () => setQuery({ edit: 'new' }) }, 'Make it'))])
            : h('p', { class: 'calm' }, 'What is stored under this name is no dashboard body.');

        return () => h('div', { class: ['page', 'dashboard', { editing: isEditing.value }] }, [
            h('div', { class: 'heading' }, [h('h1', h('bdi', visible(props.name, 255))), link('/dashboards', 'All dashboards'), ...tools()]),
            variables.value.length > 0 ? h('div', { class: 'variables', role: 'group', 'aria-label': 'Variables' }, variables.value.map(variable => variableField(variable, searched.data?.[variable.id]))) : null,
            body.value === null || body.value.remarks.length > 0 ? h(Card, { title: 'Dashboard', live, isEmpty: body.value === null, messages: body.value?.remarks ?? [], onRetry: refresh }, { empty: nothing, default: () => null }) : null,
            body.value?.widgets.length === 0 ? h('p', { class: 'calm' }, isEditing.value ? 'Empty so far: the plus above adds a widget.' : 'It has no widgets yet: e edits it.') : null,
            h('div', { class: 'grid', ref: grid, style: { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` } }, shown.value.map(({ widget, index }) => h(Place, {
                key: `${props.name} ${index} ${widget.type}`, widget, rect: rectOf(widget, index), isHeld: isEditing.value && preview.value?.index === index,
            }, { default: () => isEditing.value ? handles(widget, index) : null }))),
            drawer(),
        ]);
    },
};
