// The console's own icons, 16 × 16, drawn with the colour of the text around them.
import { h } from '../core/vue.js';

const paths = {
    home: 'M2.5 7.5 8 3l5.5 4.5M4 6.8V13h8V6.8M6.7 13V9.5h2.6V13',
    refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.8h-2.8',
    sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
    moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6Z',
    pause: 'M5.5 3.5v9M10.5 3.5v9',
    play: 'M5 3.2v9.6L12.5 8Z',
    table: 'M2.5 3.5h11v9h-11ZM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
    chart: 'M2.5 2.5v11h11M4.8 10.5l2.7-3.6 2.3 2L13 4.6',
    copy: 'M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3',
    terminal: 'M2.5 3h11v10h-11ZM5 6l2 2-2 2M8.5 10.2H11',
    right: 'M6 3.5 10.5 8 6 12.5',
    left: 'M10 3.5 5.5 8 10 12.5',
    down: 'M3.5 6 8 10.5 12.5 6',
    check: 'M3 8.5 6.5 12 13 4.5',
    logs: 'M2.5 4h11M2.5 8h11M2.5 12h7',
    metrics: 'M2.5 13.5h11M4 11V8M7 11V4M10 11V6.5M13 11V2.5',
    traces: 'M2.5 3.5h7M5 6.8h6M7 10.1h6.5M9 13.4h3',
    alarms: 'M8 2a4 4 0 0 0-4 4v3l-1.3 2.3h10.6L12 9V6a4 4 0 0 0-4-4ZM6.7 13.5h2.6',
    dashboards: 'M2.5 2.5h4.8v6.2H2.5ZM8.7 2.5h4.8v3.4H8.7ZM8.7 7.3h4.8v6.2H8.7ZM2.5 10.1h4.8v3.4H2.5Z',
    search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.2 3.2',
    help: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M6.2 6.3a1.8 1.8 0 1 1 2.5 1.6c-.5.2-.7.6-.7 1.2M8 11.2v.1',
    link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9',
    close: 'M4 4l8 8M12 4l-8 8',
    plus: 'M8 3v10M3 8h10',
    save: 'M8 2.5v8M4.8 7.3 8 10.5l3.2-3.2M3 13.5h10',
    picture: 'M2.5 3.5h11v9h-11ZM2.5 11l3.3-3.4 2.6 2.6 1.8-1.6 3.3 3M10.6 6v.1',
    clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 4.5V8l2.4 1.6',
    back: 'M3 8h10M6.5 4.5 3 8l3.5 3.5',
};

export const icon = name => h('svg', { class: 'icon', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' }, [h('path', { d: paths[name] })]);
