// The query editor: CodeMirror in a shadow tree. Its styles are made at run time, which the page's security policy allows only
// where they can be adopted sheets, and that is the case inside a shadow tree.
import { h, onBeforeUnmount, onMounted, ref, watch } from '../core/vue.js';

let library;
const loadLibrary = () => library ??= import('../vendor/codemirror/index.js');

const look = {
    '&': { fontSize: 'var(--size-control)', color: 'var(--ink)', backgroundColor: 'var(--bg-0)', border: '1px solid var(--line)', borderRadius: 'var(--radius)' },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
    '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', minHeight: '76px', maxHeight: '320px', overflow: 'auto' },
    '&.line > .cm-scroller': { minHeight: '0', maxHeight: '120px' },
    '&.line .cm-content': { padding: '3px 0' },
    '.cm-content': { padding: '6px 0', caretColor: 'var(--ink)' },
    '.cm-line': { padding: '0 10px' },
    '.cm-gutters': { display: 'none' },
    '.cm-activeLine, .cm-selectionMatch': { backgroundColor: 'transparent' },
    '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)' },
    '.cm-placeholder': { color: 'var(--ink-2)' },
    '.cm-tooltip': { border: '1px solid var(--line)', borderRadius: 'var(--radius)', backgroundColor: 'var(--bg-1)', color: 'var(--ink)', zIndex: '20' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '220px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px' },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--bg-2)', color: 'var(--ink)' },
    '.cm-completionDetail': { color: 'var(--ink-2)', fontStyle: 'normal', fontFamily: 'var(--sans)' },
    '.cm-completionMatchedText': { color: 'var(--accent)', textDecoration: 'none' },
    '.cm-panels': { backgroundColor: 'var(--bg-2)', color: 'var(--ink)' },
    '.t-command': { color: 'var(--accent)', fontWeight: '600' }, '.t-word': { color: 'var(--accent)' }, '.t-function': { color: 'var(--warn)' },
    '.t-string, .t-pattern': { color: 'var(--ok)' }, '.t-number': { color: 'var(--warn)' }, '.t-field': { color: 'var(--ink)', fontWeight: '600' }, '.t-comment': { color: 'var(--ink-2)', fontStyle: 'italic' },
    '.t-wrong': { textDecoration: 'underline wavy var(--alarm)', textDecorationSkipInk: 'none', backgroundColor: 'var(--alarm-wash)' },
};

/** What colours the text: the language's tokens, and the place where the server found a mistake. */
function colouring({ ViewPlugin, Decoration, StateEffect, StateField, EditorView }, tokens) {
    const recolour = StateEffect.define();
    const marks = new Map();
    const mark = kind => marks.get(kind) ?? marks.set(kind, Decoration.mark({ class: `t-${kind}` })).get(kind);
    const build = view => Decoration.set(tokens(view.state.doc.toString()).map(({ from, to, kind }) => mark(kind).range(from, to)));
    const plugin = ViewPlugin.fromClass(class {
        constructor(view) { this.decorations = build(view); }
        update(change) {
            if (change.docChanged || change.transactions.some(({ effects }) => effects.some(effect => effect.is(recolour)))) this.decorations = build(change.view);
        }
    }, { decorations: plugin => plugin.decorations });
    const setMistake = StateEffect.define();
    const mistake = StateField.define({
        create: () => Decoration.none,
        update(marked, change) {
            for (const effect of change.effects) if (effect.is(setMistake)) return effect.value ? Decoration.set([mark('wrong').range(effect.value.from, effect.value.to)]) : Decoration.none;
            return change.docChanged ? Decoration.none : marked;
        },
        provide: field => EditorView.decorations.from(field),
    });
    return { extensions: [plugin, mistake], setMistake, recolour };
}

/**
 * @example h(Editor, { value, label: 'Query', tokens, complete, mistake, onChange, onRun })
 * `tokens(text)` gives what to colour; `complete(isAtStart)` what could stand there; `mistake` is `{ from, to }` or null. In a `isLine`
 * editor Enter runs; it is left when the focus goes.
 */
export const Editor = {
    props: {
        value: { type: String, required: true }, label: { type: String, required: true }, hint: { type: String, default: '' },
        tokens: { type: Function, required: true }, complete: { type: Function, required: true }, mistake: { type: Object, default: null }, older: { type: Function, default: () => null }, isLine: Boolean,
    },
    emits: ['change', 'run', 'leave'],
    setup(props, { emit }) {
        const place = ref(null), problem = ref(false);
        let view = null, setMistake = null, recolour = null, isGone = false;

        function source(context) {
            const word = context.matchBefore(/@?[\w.]*/);
            if (!context.explicit && (!word || word.from === word.to)) return null;
            const isAtStart = /(^|\|)\s*$/.test(context.state.sliceDoc(0, word.from));
            return { from: word.from, options: props.complete(isAtStart), validFor: /^@?[\w.]*$/ };
        }

        onMounted(async () => {
            let codemirror;
            try {
                codemirror = await loadLibrary();
            } catch {
                library = undefined;
                problem.value = true;
                return;
            }
            if (isGone) return;
            const { EditorState, EditorView, Prec, basicSetup, keymap, placeholder } = codemirror;
            const root = place.value.attachShadow({ mode: 'open' });
            const colours = colouring(codemirror, text => props.tokens(text));
            ({ setMistake, recolour } = colours);
            const recall = () => {
                const text = props.older();
                if (text === null) return false;
                view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
                return true;
            };
            view = new EditorView({
                root, parent: root,
                state: EditorState.create({
                    doc: props.value,
                    extensions: [
                        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => { emit('run'); return true; } }, { key: 'Alt-ArrowUp', run: recall }])),
                        basicSetup,
                        // After the set-up, so that Enter takes a completion first.
                        ...props.isLine ? [Prec.highest(keymap.of([{ key: 'Enter', run: () => { emit('run'); return true; } }])), EditorView.editorAttributes.of({ class: 'line' })] : [],
                        EditorView.domEventHandlers({ blur: () => { emit('leave'); } }), EditorView.theme(look), EditorView.lineWrapping, ...colours.extensions, placeholder(props.hint),
                        EditorState.languageData.of(() => [{ autocomplete: source, commentTokens: { line: '#' } }]),
                        EditorView.contentAttributes.of({ 'aria-label': props.label, spellcheck: 'false', autocapitalize: 'off' }),
                        EditorView.updateListener.of(change => { if (change.docChanged) emit('change', change.state.doc.toString()); }),
                    ],
                }),
            });
            showMistake();
        });
        onBeforeUnmount(() => {
            isGone = true;
            view?.destroy();
        });

        watch(() => props.value, value => {
            if (view && value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
        });
        function showMistake() {
            if (!view) return;
            // The mistake is one of the text that was asked; what is being typed has none yet.
            const text = view.state.doc.toString(), end = text.length, found = text === props.value ? props.mistake : null;
            const from = found ? Math.min(found.from, Math.max(0, end - 1)) : 0, to = found ? Math.min(end, Math.max(found.to, from + 1)) : 0;
            view.dispatch({ effects: setMistake.of(found && to > from ? { from, to } : null) });
        }
        watch(() => props.mistake, showMistake, { flush: 'post' });
        // Another function colours in another way: the language's words have come.
        watch(() => props.tokens, () => view?.dispatch({ effects: recolour.of(null) }));

        // Without the library it is still a place to write a query in.
        return () => problem.value
            ? h('textarea', {
                class: 'field editor', rows: props.isLine ? 1 : 5, 'aria-label': props.label, value: props.value, onInput: event => emit('change', event.target.value), onBlur: () => emit('leave'),
                onKeydown: event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) emit('run'); },
            })
            : h('div', { class: 'editor', ref: place });
    },
};
