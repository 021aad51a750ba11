import { MAX_COUNT } from '../../../emulator/boardInputs';
import { element } from '../../webview/browser/dom';
import type { EmulatorState } from '../messages';
import { tell } from './host';

type Place = EmulatorState['places'][number];

/** The places of the ADC's buffer, one by one: for boards that nobody knows, and for inputs that have no slider. */
export class Places {
  readonly element: HTMLDetailsElement;
  private readonly body = element('tbody');
  private inputs: HTMLInputElement[] = [];

  constructor() {
    const head = ['Place', 'Channel', 'Counts'].map((text) => element('th', { scope: 'col' }, text));
    this.element = element(
      'details',
      {},
      element('summary', {}, 'ADC inputs'),
      element('p', { class: 'note' }, 'What the converter reads, 0 to 4095. Empty: as the board has it.'),
      element('table', {}, element('thead', {}, element('tr', {}, ...head)), this.body),
    );
  }

  show(places: readonly Place[], isKnown: boolean): void {
    if (places.length !== this.inputs.length) {
      this.build(places);
      // Where there is nothing else, nobody should have to look for it.
      if (!isKnown && places.length > 0) this.element.open = true;
    }
    this.element.hidden = places.length === 0;
    places.forEach(({ value }, index) => {
      const input = this.inputs[index]!;
      if (document.activeElement !== input) input.value = value === null ? '' : `${value}`;
    });
  }

  private build(places: readonly Place[]): void {
    this.inputs = places.map(({ index }) => {
      const input = element('input', {
        type: 'number',
        min: '0',
        max: `${MAX_COUNT}`,
        step: '1',
        placeholder: 'auto',
        'aria-label': `Counts at place ${index}`,
      });
      input.addEventListener('change', () => {
        const value =
          input.value === '' ? null : Math.min(Math.max(Math.round(Number(input.value)), 0), MAX_COUNT);
        tell({ type: 'place', index, value });
      });
      return input;
    });
    this.body.replaceChildren(
      ...places.map(({ index, channel }) =>
        element(
          'tr',
          {},
          element('td', {}, `${index}`),
          element('td', {}, `${channel}`),
          element('td', {}, this.inputs[index]!),
        ),
      ),
    );
  }
}
