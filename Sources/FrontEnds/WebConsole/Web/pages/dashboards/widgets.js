// The widgets there are, by their type in the body; what is not here is shown as it is written.
import { AlarmWidget } from './alarm.js';
import { LogWidget } from './log.js';
import { MetricWidget } from './metric.js';
import { TextWidget } from './text.js';
import { UnknownWidget } from './unknown.js';

const widgets = { alarm: AlarmWidget, log: LogWidget, metric: MetricWidget, text: TextWidget };

/** The part that shows a widget. A metric widget that names only an alarm shows its state. */
export const partFor = ({ type, properties }) => type === 'metric' && properties.annotations?.alarms && !properties.metrics ? AlarmWidget : widgets[type] ?? UnknownWidget;
