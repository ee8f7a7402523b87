// When an alarm keeps quiet: the mute rules on it, one for now at a press, and others by their schedule.
// Source: CloudWatch API reference, PutAlarmMuteRule: `at(…)` or `cron(…)`, and an ISO 8601 duration.
import { computed, h, reactive, ref } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { visible } from '../../core/format.js';
import { refresh, useLive } from '../../core/live.js';
import { moment } from '../../core/time.js';
import { say } from '../../core/toasts.js';
import { Card } from '../../parts/card.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { field } from '../../parts/forms.js';
import { stateBadge } from '../../parts/state.js';

const lengths = { PT1H: 'for 1 h', PT4H: 'for 4 h', P1D: 'for a day' };
const nameOf = arn => String(arn).split(':').at(-1);
/** The present minute as `at(…)` writes it, in UTC. */
const thisMinute = () => `at(${new Date().toISOString().slice(0, 16)})`;
/** A name of its own for a rule made at a press. */
const nameNow = alarm => `quiet-${alarm.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 100)}-${Date.now()}`;

const expressionMistake = text => /^(cron|at)\(.+\)$/.test(text) ? null : 'cron(0 2 * * *) or at(2026-12-01T02:00).';
const durationMistake = text => /^P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?)?$/.test(text) ? null : 'An ISO 8601 duration such as PT2H.';

export const Mutes = {
    props: { alarm: { type: String, required: true } },
    setup(props) {
        const isOpen = ref(false), draft = reactive({ expression: 'cron(0 2 * * *)', duration: 'PT1H' });
        const mistakes = computed(() => ({ expression: expressionMistake(draft.expression), duration: durationMistake(draft.duration) })), isWrong = computed(() => Object.values(mistakes.value).some(Boolean));
        const live = useLive(signal => call('cloudwatch', 'ListAlarmMuteRules', { AlarmName: props.alarm, MaxRecords: 50 }, signal), () => props.alarm, { every: 15_000 });

        async function act(operation, input, done) {
            const answer = await call('cloudwatch', operation, input);
            say(answer.ok ? done : `${answer.error.code}: ${answer.error.message}`, answer.ok ? 'plain' : 'bad');
            refresh();
        }
        const put = (Expression, Duration) => act('PutAlarmMuteRule', { Name: nameNow(props.alarm), Rule: { Schedule: { Expression, Duration, Timezone: 'UTC' } }, MuteTargets: { AlarmNames: [props.alarm] } }, 'Its actions are kept back then');
        const submit = event => {
            event.preventDefault();
            if (!isWrong.value) put(draft.expression, draft.duration);
        };
        const rule = entry => h('tr', { key: entry.AlarmMuteRuleArn }, [
            h('th', { scope: 'row' }, h('bdi', visible(nameOf(entry.AlarmMuteRuleArn), 255))), h('td', entry.Status === 'ACTIVE' ? stateBadge('WARN', 'Quiet now') : h('span', { class: 'meta' }, visible(entry.Status, 40).toLowerCase())),
            h('td', { class: 'meta' }, entry.MuteType === 'RECURRING' ? 'again and again' : 'once'), h('td', { class: 'meta' }, entry.ExpireDate ? `until ${moment(entry.ExpireDate * 1000)}` : ''),
            h('td', h(ConfirmButton, { label: `Remove ${visible(nameOf(entry.AlarmMuteRuleArn), 120)}`, symbol: 'close', onConfirm: () => act('DeleteAlarmMuteRule', { AlarmMuteRuleName: nameOf(entry.AlarmMuteRuleArn) }, 'The rule was removed') })),
        ]);
        const rules = () => live.data.AlarmMuteRuleSummaries.length === 0 ? h('p', { class: 'meta' }, 'No rule keeps its actions back.') : h('table', { class: 'servicetable' }, [h('tbody', live.data.AlarmMuteRuleSummaries.map(rule))]);

        return () => h(Card, { title: 'Kept quiet', live, onRetry: refresh }, { default: () => [
            rules(),
            h('div', { class: 'trystate' }, [
                h('div', { class: 'buttons' }, [...Object.entries(lengths).map(([length, label]) => h('button', { type: 'button', class: 'plain', onClick: () => put(thisMinute(), length) }, `Quiet ${label}`)), h('button', { type: 'button', class: 'plain', 'aria-expanded': String(isOpen.value), onClick: () => { isOpen.value = !isOpen.value; } }, 'By a schedule…')]),
                isOpen.value ? h('form', { class: 'alarmform', onSubmit: submit }, [
                    h('div', { class: 'fieldrow' }, [
                        field({ id: 'mute-expression', label: 'Begins (UTC)', value: draft.expression, mistake: mistakes.value.expression, onInput: value => { draft.expression = value.trim(); } }),
                        field({ id: 'mute-duration', label: 'Lasts', value: draft.duration, mistake: mistakes.value.duration, onInput: value => { draft.duration = value.trim(); } }),
                    ]),
                    h('div', h('button', { type: 'submit', class: 'primary', disabled: isWrong.value }, 'Keep it quiet')),
                ]) : null,
            ]),
        ] });
    },
};
