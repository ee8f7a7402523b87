// What empty places say: the exact command that would fill them, for this server's address.
import { h } from '../core/vue.js';
import { awsCommand, Teach } from './card.js';

export const teachMetrics = () => h(Teach, {
    what: 'No metrics have arrived yet. Any CloudWatch client can send them:',
    command: awsCommand('cloudwatch put-metric-data --namespace EventPro', '--metric-name TicketsSold --unit Count --value 3'),
});

export const teachLogs = () => h(Teach, {
    what: 'No logs have arrived yet. Any CloudWatch Logs client can send them:',
    command: [
        awsCommand('logs create-log-group --log-group-name /demo/shop'),
        awsCommand('logs create-log-stream --log-group-name /demo/shop --log-stream-name one'),
        awsCommand('logs put-log-events --log-group-name /demo/shop --log-stream-name one', `--log-events timestamp=$(date +%s000),message='ERROR card declined'`),
    ].join('\n'),
});

export const teachTraces = () => h(Teach, {
    what: 'No traces have arrived in this time. Point an X-Ray SDK at this server (AWS_XRAY_DAEMON_ADDRESS), or send a segment:',
    command: [
        'id=1-$(printf %08x $(date +%s))-$(openssl rand -hex 12); now=$(date +%s)',
        awsCommand(`xray put-trace-segments --trace-segment-documents "{\\"name\\":\\"shop\\",\\"id\\":\\"$(openssl rand -hex 8)\\",\\"trace_id\\":\\"$id\\",\\"start_time\\":$now,\\"end_time\\":$((now+1))}"`),
    ].join('\n'),
});

export const teachAlarms = () => h(Teach, {
    what: 'No alarms are defined. This one fires when fewer than one ticket is sold in a minute:',
    command: awsCommand('cloudwatch put-metric-alarm', '--alarm-name no-sales', '--namespace EventPro --metric-name TicketsSold',
        '--statistic Sum --period 60 --evaluation-periods 1', '--comparison-operator LessThanThreshold', '--threshold 1 --treat-missing-data breaching'),
});
