// Fields of forms: a label, the field, and below it what is wrong with it or what it means; the three belong together for who
// cannot see them.
import { h } from '../core/vue.js';

/**
 * @param {{id: string, label: string, value: string, mistake?: string|null, hint?: string, options?: Record<string, string>, rows?: number,
 *   onInput: (value: string) => void}} field   `options`: a choice by value; `rows`: several lines; others are attributes
 */
export function field({ id, label, value, mistake = null, hint, options, rows, onInput, ...attributes }) {
    const told = mistake ?? hint;
    const shared = {
        ...attributes, id, class: ['field', { wrong: mistake !== null }], value, 'aria-invalid': mistake === null ? null : 'true', 'aria-describedby': told ? `${id}-told` : null,
        [options ? 'onChange' : 'onInput']: event => onInput(event.target.value),
    };
    return h('div', { class: 'formfield' }, [
        h('label', { for: id }, label),
        options ? h('select', shared, Object.entries(options).map(([key, text]) => h('option', { value: key }, text)))
            : rows ? h('textarea', { ...shared, rows, spellcheck: false }) : h('input', { autocomplete: 'off', spellcheck: false, ...shared }),
        told ? h('p', { id: `${id}-told`, class: ['meta', { mistake: mistake !== null }] }, told) : null,
    ]);
}
