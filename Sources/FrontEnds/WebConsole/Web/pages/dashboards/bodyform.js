// The whole body of a dashboard as JSON, for what has no form and for taking a body from elsewhere.
import { computed, h, ref } from '../../core/vue.js';
import { readBody } from '../../core/dashboards.js';
import { Dialog } from '../../parts/dialog.js';
import { field } from '../../parts/forms.js';

const pretty = text => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };

function mistakeOf(text) {
    try {
        JSON.parse(text);
    } catch (problem) {
        return problem.message;
    }
    return readBody(text) ? null : 'A body is an object with a list of widgets: {"widgets": []}';
}

export const BodyForm = {
    props: { text: { type: String, required: true } },
    emits: ['save', 'close'],
    setup(props, { emit }) {
        const text = ref(pretty(props.text)), mistake = computed(() => mistakeOf(text.value));
        const submit = (event, close) => {
            event.preventDefault();
            if (mistake.value) return;
            emit('save', JSON.stringify(JSON.parse(text.value)));
            close();
        };
        return () => h(Dialog, { title: 'Dashboard as JSON', onClose: () => emit('close') }, ({ close }) => h('form', { class: 'drawerbody form', onSubmit: event => submit(event, close) }, [
            field({ id: 'bodyjson', label: 'Body, as CloudWatch has it', value: text.value, rows: 30, mistake: mistake.value, autofocus: true, onInput: value => { text.value = value; } }),
            h('div', { class: 'buttons' }, [h('button', { type: 'submit', class: 'primary', disabled: Boolean(mistake.value) }, 'Apply'), h('button', { type: 'button', class: 'plain', onClick: close }, 'Leave it')]),
        ]));
    },
};
