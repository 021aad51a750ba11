import { element, write } from '../../webview/browser/dom';
import type { ShownQuantity } from '../messages';
import { tell } from './host';

/** A quantity that is set by slider or by number, and what the firmware makes of it. */
export class Slider {
  readonly element: HTMLElement;
  private readonly range = element('input', { type: 'range' });
  private readonly number = element('input', { type: 'number' });
  private readonly unit = element('span', { class: 'unit' });
  private readonly label = element('span', { class: 'label' });
  private readonly reads = element('span', { class: 'note', title: 'What the firmware makes of it' });
  private readonly limits = element('span', { class: 'note' });
  private shown: ShownQuantity;

  constructor(first: ShownQuantity) {
    this.shown = first;
    const id = `quantity-${first.quantity}`;
    this.range.id = id;
    this.range.setAttribute('aria-describedby', `${id}-limits`);
    this.limits.id = `${id}-limits`;
    this.element = element(
      'div',
      { class: 'quantity' },
      element('label', { for: id }, this.label),
      element('span', { class: 'exact' }, this.number, this.unit),
      this.range,
      element('div', { class: 'below' }, this.reads, this.limits),
    );
    this.range.addEventListener('input', () => this.set(Number(this.range.value)));
    this.number.addEventListener('change', () => {
      if (this.number.value !== '') this.set(Number(this.number.value));
    });
    this.show(first);
  }

  show(shown: ShownQuantity): void {
    this.shown = shown;
    const { label, unit, digits, min, max, value, lowest, highest, read } = shown;
    const step = `${10 ** -digits}`;
    for (const input of [this.range, this.number]) {
      input.min = `${min}`;
      input.max = `${max}`;
      input.step = step;
    }
    write(this.label, label);
    write(this.unit, unit);
    this.number.setAttribute('aria-label', `${label} in ${unit}`);
    // What somebody is setting is not set back under their hand.
    if (document.activeElement !== this.range) this.range.value = `${value}`;
    if (document.activeElement !== this.number) this.number.value = value.toFixed(digits);
    this.describe(value);
    write(this.reads, read === undefined ? '' : `reads ${read.toFixed(1)} ${unit}`);
    write(
      this.limits,
      lowest === undefined || highest === undefined ? '' : `fault below ${lowest}, above ${highest} ${unit}`,
    );
    const place = (at: number): string =>
      `${(Math.min(Math.max((at - min) / (max - min), 0), 1) * 100).toFixed(1)}%`;
    this.element.style.setProperty('--lowest', place(lowest ?? min));
    this.element.style.setProperty('--highest', place(highest ?? max));
  }

  private set(value: number): void {
    const { quantity, digits } = this.shown;
    if (document.activeElement === this.range) this.number.value = value.toFixed(digits);
    else this.range.value = `${value}`;
    this.describe(value);
    tell({ type: 'set', quantity, value });
  }

  private describe(value: number): void {
    const { digits, unit } = this.shown;
    this.range.setAttribute('aria-valuetext', `${value.toFixed(digits)} ${unit}`);
  }
}
