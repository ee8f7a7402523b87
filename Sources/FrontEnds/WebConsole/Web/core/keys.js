// The keyboard map: one list of what keys do here, from which both the listener and the help page are made. A key is a
// `KeyboardEvent.key` ("r", "L", "[") or two in a row ("g l"). Keys do nothing while somebody types or a dialog is open.
import { onBeforeUnmount, shallowReactive } from './vue.js';
import { remembered } from './memory.js';

/** @typedef {{keys: string, does: string, run: (event: KeyboardEvent) => void}} Binding */

/** @type {{name: string, bindings: Binding[]}[]} */
const groups = shallowReactive([]);

/** Whether keys without a modifier act (WCAG 2.1.4 asks for a way to switch them off). */
const setting = remembered('keys', 'on');
export const areKeysOn = () => setting.value.value === 'on';
export const switchKeys = isOn => setting.set(isOn ? 'on' : 'off');

/** All keys that do something now, by group, in the order of their arrival. */
export const keyGroups = () => groups;

/** Adds a group of keys; the answer removes it again. */
export function bindKeys(name, bindings) {
    const group = { name, bindings };
    groups.push(group);
    return () => { groups.splice(groups.indexOf(group), 1); };
}

/** Keys that act as long as the component is there. */
export function useKeys(name, bindings) { onBeforeUnmount(bindKeys(name, bindings)); }

const pauseMilliseconds = 1500;
let first = '', firstAt = 0;

/** Whether what the person is in takes letters itself; an editor may live in a shadow tree. */
const isTyping = event => event.composedPath().some(node => node instanceof Element && (node.matches('input:not([type=checkbox], [type=radio]), textarea, select') || node.isContentEditable));

function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!areKeysOn() || isTyping(event) || document.querySelector('dialog[open]')) return;
    const pressed = firstAt + pauseMilliseconds > event.timeStamp && first ? `${first} ${event.key}` : event.key;
    first = '';
    // The newest group first, so that a page's own keys win over the frame's.
    const all = [...groups].reverse().flatMap(group => group.bindings);
    const found = all.find(binding => binding.keys === pressed);
    if (found) {
        event.preventDefault();
        found.run(event);
    } else if (all.some(binding => binding.keys.startsWith(event.key + ' '))) {
        first = event.key;
        firstAt = event.timeStamp;
    }
}

addEventListener('keydown', onKey);
