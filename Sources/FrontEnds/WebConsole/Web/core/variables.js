// A dashboard's variables: choices above it that change its widgets. A pattern replaces a text wherever it stands in the widgets, a
// property replaces the value of that name: a dimension's, or a member's such as `region`. A choice stands in the address as
// `var.<id>`. Source: CloudWatch user guide, dashboard variables.
import { route, setQuery } from './router.js';

const variablesMax = 25, valuesMax = 200;
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * @typedef {{id: string, label: string, kind: 'pattern'|'property', of: string, values: {value: string, label: string}[], first: string, isShown: boolean}} Variable
 * @returns {Variable[]}
 */
export function readVariables(list) {
    return (Array.isArray(list) ? list.slice(0, variablesMax) : []).flatMap(entry => {
        if (!isObject(entry) || typeof entry.id !== 'string') return [];
        const kind = entry.type === 'pattern' ? 'pattern' : 'property', of = entry[kind];
        if (typeof of !== 'string' || of === '') return [];
        const values = (Array.isArray(entry.values) ? entry.values.slice(0, valuesMax) : []).filter(isObject).filter(({ value }) => typeof value === 'string')
            .map(({ value, label }) => ({ value, label: typeof label === 'string' ? label : value }));
        return [{ id: entry.id, label: typeof entry.label === 'string' ? entry.label : entry.id, kind, of, values, first: typeof entry.defaultValue === 'string' ? entry.defaultValue : '', isShown: entry.visible !== false }];
    });
}

const nameOf = variable => `var.${variable.id}`;

/** What is chosen for a variable; empty: the widgets stay as they are written. */
export const chosenValue = variable => route.query[nameOf(variable)] ?? variable.first;
export const chooseValue = (variable, value) => setQuery({ [nameOf(variable)]: value === variable.first ? null : value });

/** @template T @param {T} properties of a widget; @param {Variable[]} variables @returns {T} the same with the choices in it */
export function withVariables(properties, variables) {
    return variables.reduce((found, variable) => {
        const value = chosenValue(variable);
        if (value === '' || value === variable.of && variable.kind === 'pattern') return found;
        return variable.kind === 'pattern' ? replacedText(found, variable.of, value) : replacedProperty(found, variable.of, value);
    }, properties);
}

function replacedText(node, text, value) {
    if (typeof node === 'string') return node.replaceAll(text, value);
    if (Array.isArray(node)) return node.map(child => replacedText(child, text, value));
    return isObject(node) ? Object.fromEntries(Object.entries(node).map(([key, child]) => [key, replacedText(child, text, value)])) : node;
}

/** In a metric's list a dimension's value follows its name; elsewhere it is a member. */
function replacedProperty(node, name, value) {
    if (Array.isArray(node)) return node.map((child, index) => typeof child === 'string' && index > 2 && node[index - 1] === name ? value : replacedProperty(child, name, value));
    return isObject(node) ? Object.fromEntries(Object.entries(node).map(([key, child]) => [key, key === name && typeof child === 'string' ? value : replacedProperty(child, name, value)])) : node;
}
