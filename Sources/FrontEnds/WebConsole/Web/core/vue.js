// The view library under one name: pages import from here, so a change of library version is a change of one line.
// Only render functions are used; a template would need `unsafe-eval`.
export {
    computed, createApp, h, nextTick, onBeforeUnmount, onMounted, onUpdated, reactive, ref, shallowReactive, shallowRef, watch, watchEffect,
} from '../vendor/vue.js';
