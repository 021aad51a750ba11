import '../../webview/browser/controls.css';
import './style.css';
import { button, element, write } from '../../webview/browser/dom';
import type { EmulatorState, SwitchName } from '../messages';
import { listen, tell } from './host';
import { Places } from './places';
import { Slider } from './slider';

const picker = element('select', { 'aria-label': 'Emulated controller' });
const pickerRow = element('div', { class: 'picker', hidden: true }, picker);
const status = element('p', { class: 'state', role: 'status' });
const hint = element('p', { class: 'note' });
const unknown = element(
  'p',
  { class: 'note', hidden: true },
  'What is wired to the inputs of this board is not known. They can be set one by one.',
);
const quantities = element('section', { 'aria-label': 'Surroundings' });
const switches = element('section', { 'aria-label': 'Disturbances' });
const places = new Places();
const normal = button('Back to normal', () => tell({ type: 'normal' }));
const erase = button('Erase flash and start over', () => tell({ type: 'erase' }), {
  class: 'wide',
  title: 'Program and bootloader stay; its settings are lost.',
});
const controls = element('div', {}, quantities, unknown, switches, places.element, erase);

document
  .querySelector('#app')!
  .append(pickerRow, element('div', { class: 'head' }, status, normal), hint, controls);

picker.addEventListener('change', () => tell({ type: 'choose', controller: picker.value }));

const sliders = new Map<string, Slider>();
const boxes = new Map<SwitchName, HTMLInputElement>();
let listed = '';
let built = '';

/** Rows are made anew only when there are others: what has the focus keeps it. */
function build(state: EmulatorState): void {
  const key = [
    state.chosen ?? '',
    ...state.quantities.map(({ quantity }) => quantity),
    ...state.switches.map(({ name }) => name),
  ].join('\n');
  if (key === built) return;
  built = key;
  sliders.clear();
  boxes.clear();
  for (const each of state.quantities) sliders.set(each.quantity, new Slider(each));
  quantities.replaceChildren(...[...sliders.values()].map((slider) => slider.element));
  switches.replaceChildren(
    ...state.switches.map(({ name, label }) => {
      const box = element('input', { type: 'checkbox', role: 'switch' });
      box.addEventListener('change', () => tell({ type: 'switch', name, on: box.checked }));
      boxes.set(name, box);
      return element('label', { class: 'switch' }, box, label);
    }),
  );
}

function list({ controllers, chosen }: EmulatorState): void {
  const key = JSON.stringify([controllers, chosen]);
  if (key === listed) return;
  listed = key;
  pickerRow.hidden = controllers.length < 2;
  picker.replaceChildren(
    ...controllers.map(({ id, title }) => element('option', { value: id, selected: id === chosen }, title)),
  );
}

listen((state) => {
  list(state);
  build(state);
  write(status, state.status);
  status.dataset['mood'] = state.mood;
  write(hint, state.hint ?? '');
  hint.hidden = state.hint === undefined;
  controls.hidden = state.chosen === undefined;
  unknown.hidden = state.isKnown;
  for (const each of state.quantities) sliders.get(each.quantity)?.show(each);
  for (const { name, on } of state.switches) boxes.get(name)!.checked = on;
  places.show(state.places, state.isKnown);
  // The head is as high without it, so that nothing moves under the hand that sets something.
  normal.hidden = state.isNormal;
});
tell({ type: 'ready' });
