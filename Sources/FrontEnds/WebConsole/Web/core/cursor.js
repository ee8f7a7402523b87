// The moment under the pointer, the same on every panel, lane and log line of the page.
import { shallowReactive } from './vue.js';

/** `time` in milliseconds, null when the pointer is over nothing; `span`: how long the period around it is, in milliseconds. */
export const cursor = shallowReactive({ time: null, span: 1000 });

export function pointAt(time, span = cursor.span) {
    cursor.span = span;
    cursor.time = time;
}
export const pointAway = () => { cursor.time = null; };

/** Whether something that happened at `time` lies in the period under the pointer. */
export const isUnderCursor = time => cursor.time !== null && Math.abs(cursor.time - time) <= cursor.span / 2;
