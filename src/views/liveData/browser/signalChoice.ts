import { element } from '../../webview/browser/dom';
import type { ShownSignal } from './liveSource';

/** The signals there are, by group, to be chosen from. */
export class SignalChoice {
  readonly element = element('div', { class: 'choice' });
  private chosen: readonly string[] = [];

  constructor(private readonly changed: (ids: readonly string[]) => void) {}

  setSignals(signals: readonly ShownSignal[], chosen: readonly string[]): void {
    this.chosen = chosen;
    const groups = [...new Set(signals.map(({ group }) => group))];
    this.element.replaceChildren(
      ...groups.map((group) =>
        element(
          'fieldset',
          {},
          element('legend', {}, group),
          ...signals.filter((signal) => signal.group === group).map((signal) => this.row(signal)),
        ),
      ),
    );
  }

  private row({ id, label, unit }: ShownSignal): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: this.chosen.includes(id) });
    box.addEventListener('change', () => {
      // The order in which they were chosen is that of the curves.
      this.chosen = box.checked ? [...this.chosen, id] : this.chosen.filter((each) => each !== id);
      this.changed(this.chosen);
    });
    return element('label', { class: 'check' }, box, unit === '' ? label : `${label} [${unit}]`);
  }
}
