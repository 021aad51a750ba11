import 'uplot/dist/uPlot.min.css';
import '../../webview/browser/controls.css';
import './style.css';
import type { ToView } from '../messages';
import { stateWords } from '../stateWords';
import { CaptureTab } from './captureTab';
import { button, element, write } from '../../webview/browser/dom';
import { listen, tell } from './host';
import { LiveTab } from './liveTab';
import { MotorPanel, motorToggle } from './motorPanel';
import { PlotTab } from './plotTab';
import { PositionTab } from './positionTab';
import { tabs } from './tabs';

const status = element('div', { class: 'status', role: 'status' });
const title = element('h1', {}, 'Live data');
const place = element('span', { class: 'note' });
const problem = element('div', { class: 'problem', role: 'status' });

const live = new LiveTab((text) => write(status, text));
const capture = new CaptureTab();
const plots = new PlotTab();
const position = new PositionTab();
const motor = new MotorPanel();

const { bar, contents } = tabs([
  { label: 'Values', content: live.element, onSeen: (seen) => live.setSeen(seen) },
  { label: 'Sampled currents', content: capture.element },
  { label: 'Firmware plots', content: plots.element },
  { label: 'Rotor position', content: position.element },
]);

document.querySelector('#app')!.append(
  element(
    'header',
    {},
    title,
    place,
    bar,
    motorToggle(motor),
    button('Stop motor', () => tell({ type: 'stopMotor' }), { class: 'stop' }),
  ),
  problem,
  ...contents,
  motor.element,
  status,
);

function handle(message: ToView): void {
  switch (message.type) {
    case 'controller':
      write(title, message.title);
      write(place, message.place);
      write(problem, stateWords(message.state, message.problem));
      break;
    case 'rows':
      live.takeRows(message);
      break;
    case 'recording':
      live.takeRecording(message);
      break;
    case 'file':
      live.takeFile(message);
      break;
    case 'fileRows':
      live.takeFileRows(message);
      break;
    case 'capture':
      capture.take(message);
      break;
    case 'plot':
      plots.take(message);
      break;
    case 'positions':
      position.take(message);
      break;
    case 'limits':
      motor.showLimits(message);
      break;
    case 'beat':
      motor.answer(message.beat);
      break;
    case 'motor':
      motor.showState(message);
      break;
  }
}

listen(handle);
tell({ type: 'ready' });
live.want();
