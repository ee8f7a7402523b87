// The field of one metric expression: coloured, completed, and with the place of its mistake underlined.
import { computed, h, ref, watch } from '../core/vue.js';
import { vocabularyOf } from '../core/languages.js';
import { completions, mistakeIn, tokens } from '../core/metricmath.js';
import { Editor } from './editor.js';

/** @example h(MathField, { id: 'e1', value, queries: [{ id: 'm1', label: 'Orders' }], error: live.error, onCommit: expression => … }) */
export const MathField = {
    props: {
        id: { type: String, required: true }, value: { type: String, required: true },
        /** The other queries, which it can name. */
        queries: { type: Array, required: true },
        /** What the server said of the graph. */
        error: { type: Object, default: null },
    },
    emits: ['commit'],
    setup(props, { emit }) {
        const draft = ref(props.value), vocabulary = vocabularyOf('metric-math');
        watch(() => props.value, value => { draft.value = value; });
        const ids = computed(() => props.queries.map(({ id }) => id).join(' '));
        const coloured = computed(() => { const [words, known] = [vocabulary.value, ids.value.split(' ')]; return text => tokens(text, words, known); });
        const mistake = computed(() => draft.value === props.value ? mistakeIn(props.value, props.id, props.error) : null);
        // A line has no ends in it, however it was pasted.
        const commit = () => { const text = draft.value.replace(/\s*\n\s*/g, ' ').trim(); if (text !== props.value) emit('commit', text); };
        return () => h(Editor, {
            class: 'expression', isLine: true, value: draft.value, label: `Expression ${props.id}`, hint: 'm1 / m2 * 100', tokens: coloured.value, complete: () => completions(vocabulary.value, props.queries), mistake: mistake.value,
            onChange: text => { draft.value = text; }, onRun: commit, onLeave: commit,
        });
    },
};
