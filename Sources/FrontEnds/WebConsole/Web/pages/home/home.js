// Home: what is wrong now, how the service does, what it says, and where a slow request spent its time.
import { h } from '../../core/vue.js';
import { useNow } from '../../core/time.js';
import { useAlarms } from '../../core/alarms.js';
import { alarmsCard, verdict } from './alarms.js';
import { chartPanels, useCharts } from './charts.js';
import { errorsCard, useErrors } from './errors.js';
import { servicesCard, useServices } from './services.js';
import { showTrace, tracesCard, useTraces } from './traces.js';

export const Home = {
    setup() {
        const alarms = useAlarms(), charts = useCharts(), errors = useErrors(), traces = useTraces(), services = useServices(), now = useNow();

        function onTrace(id) {
            showTrace(id);
            document.querySelector('.home .tracerow')?.scrollIntoView({ block: 'start' });
        }

        return () => h('div', { class: 'home' }, [
            h('div', { class: 'heading' }, [h('h1', 'Home'), verdict(alarms)]),
            h('div', { class: 'panels' }, chartPanels(charts, alarms.data?.alarms ?? [])),
            h('div', { class: 'servicesrow' }, [servicesCard(services)]),
            h('div', { class: 'pair' }, [alarmsCard(alarms, now.value), errorsCard(errors, onTrace)]),
            h('div', { class: 'tracerow' }, [tracesCard(traces)]),
        ]);
    },
};
