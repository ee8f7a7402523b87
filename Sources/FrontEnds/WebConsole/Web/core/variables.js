// A dashboard's variables: choices above it that change its widgets. A pattern replaces a text wherever it stands in the widgets, a
// property replaces the value of that name: a dimension's, or a member's such as `region`. What can be chosen is written down, or found
// among the metrics. A choice stands in the address as `var.<id>`. Source: CloudWatch user guide, dashboard variables.
import { call, pages } from './api.js';
import { route, setQuery } from './router.js';

const variablesMax = 25, valuesMax = 200;
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * @typedef {{id: string, label: string, kind: 'pattern'|'property', of: string, values: {value: string, label: string}[], first: string, isShown: boolean,
 *   search: {namespace: string, dimensions: string[], words: string, from: string}|null}} Variable
 * @returns {Variable[]}
 */
export function readVariables(list) {
    return (Array.isArray(list) ? list.slice(0, variablesMax) : []).flatMap(entry => {
        if (!isObject(entry) || typeof entry.id !== 'string') return [];
        const kind = entry.type === 'pattern' ? 'pattern' : 'property', of = entry[kind];
        if (typeof of !== 'string' || of === '') return [];
        const values = (Array.isArray(entry.values) ? entry.values.slice(0, valuesMax) : []).filter(isObject).filter(({ value }) => typeof value === 'string')
            .map(({ value, label }) => ({ value, label: typeof label === 'string' ? label : value }));
        return [{ id: entry.id, label: typeof entry.label === 'string' ? entry.label : entry.id, kind, of, values, first: typeof entry.defaultValue === 'string' ? entry.defaultValue : '', isShown: entry.visible !== false, search: readSearch(entry) }];
    });
}

/** `{Namespace,Dimension,…} words` and the dimension whose values are meant. Source: CloudWatch user guide, search expressions. */
function readSearch({ search, populateFrom }) {
    const [, schema, words] = /^\s*\{([^}]*)\}(.*)$/s.exec(typeof search === 'string' ? search : '') ?? [];
    if (schema === undefined || typeof populateFrom !== 'string') return null;
    const [namespace, ...dimensions] = [...schema.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, bare]) => (quoted ?? bare).trim()).filter(Boolean);
    return namespace ? { namespace, dimensions, words: words.trim(), from: populateFrom } : null;
}

/** A word of a search: `MetricName="Errors"`, `"a text"` or a part of a name. */
function isMeant({ MetricName, Dimensions }, words) {
    const whole = [MetricName, ...Dimensions.flatMap(({ Name, Value }) => [Name, Value])].join(' ').toLowerCase();
    return [...words.matchAll(/(?:(\w+)=)?(?:"([^"]*)"|([^\s"]+))/g)].every(([, name, quoted, bare]) => {
        const text = quoted ?? bare;
        if (!name) return whole.includes(text.toLowerCase());
        const value = name === 'MetricName' ? MetricName : Dimensions.find(dimension => dimension.Name === name)?.Value;
        return quoted === undefined ? value?.toLowerCase().includes(text.toLowerCase()) : value === text;
    });
}

/**
 * The values that a variable's search finds.
 * @returns {Promise<import('./api.js').Answer>} value: texts, in order, 200 at most
 */
async function found({ namespace, dimensions, words, from }, signal) {
    const answer = await pages(token => call('cloudwatch', 'ListMetrics', { Namespace: namespace, Dimensions: [{ Name: from }], ...token ? { NextToken: token } : {} }, signal), 'Metrics');
    if (!answer.ok) return answer;
    const exact = [...dimensions].sort().join();
    const meant = answer.value.items.filter(metric => (exact === '' || metric.Dimensions.map(({ Name }) => Name).sort().join() === exact) && isMeant(metric, words));
    return { ok: true, value: [...new Set(meant.flatMap(({ Dimensions }) => Dimensions.filter(({ Name }) => Name === from).map(({ Value }) => Value)))].sort().slice(0, valuesMax) };
}

/** @param {Variable[]} variables @returns {Promise<import('./api.js').Answer>} value: what each search finds, by the variable's id */
export async function searchedValues(variables, signal) {
    const searched = variables.filter(({ search }) => search), answers = await Promise.all(searched.map(({ search }) => found(search, signal)));
    return answers.find(({ ok }) => !ok) ?? { ok: true, value: Object.fromEntries(searched.map(({ id }, index) => [id, answers[index].value])) };
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
