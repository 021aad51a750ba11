import { element, write } from '../../webview/browser/dom';
import { shown } from './format';
import { lineColor, lineDash } from './theme';
import type { ShownSignal } from './liveSource';

const COLUMNS = ['Now', 'Cursor', 'Lowest', 'Highest'] as const;

/** What a row tells. */
export interface RowValues {
  readonly now: number | undefined;
  readonly cursor: number | undefined;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

interface Row {
  readonly signal: ShownSignal;
  readonly swatch: HTMLElement;
  readonly cells: readonly HTMLElement[];
}

/** The values of the signals that are drawn, as a table: the same for those who do not see the curves. */
export class ValueTable {
  readonly element: HTMLTableElement;
  private readonly body = element('tbody');
  private rows: readonly Row[] = [];

  constructor() {
    const head = ['Signal', ...COLUMNS].map((title) => element('th', { scope: 'col' }, title));
    this.element = element(
      'table',
      { class: 'values' },
      element('caption', { class: 'unseen' }, 'Values of the signals that are drawn'),
      element('thead', {}, element('tr', {}, ...head)),
      this.body,
    );
  }

  setSignals(signals: readonly ShownSignal[]): void {
    this.rows = signals.map((signal) => ({
      signal,
      swatch: element('span', { class: 'swatch', 'aria-hidden': 'true' }),
      cells: COLUMNS.map(() => element('td')),
    }));
    this.body.replaceChildren(
      ...this.rows.map(({ signal, swatch, cells }) => {
        const unit = signal.unit === '' ? [] : [element('span', { class: 'unit' }, ` ${signal.unit}`)];
        return element('tr', {}, element('th', { scope: 'row' }, swatch, signal.label, ...unit), ...cells);
      }),
    );
    this.restyle();
  }

  restyle(): void {
    this.rows.forEach(({ swatch }, index) => {
      swatch.style.borderTopColor = lineColor(index);
      swatch.style.borderTopStyle = lineDash(index).length > 0 ? 'dashed' : 'solid';
    });
  }

  show(values: (signal: ShownSignal) => RowValues): void {
    for (const { signal, cells } of this.rows) {
      const { now, cursor, lowest, highest } = values(signal);
      [now, cursor, lowest, highest].forEach((value, at) => write(cells[at]!, shown(value, signal.digits)));
    }
  }
}
